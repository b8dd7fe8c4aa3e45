"""The language of a page that annotators read, and the study's own texts in this language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.protocol import Language


@dataclass(frozen=True)
class StudyWording:
    """The language of a page, and the translations of the study's own texts into this language.

    Attributes:
        written_in: the language in which the owner wrote the study's texts. A text without a translation is
            shown in the language in which the owner wrote it.
        translations: the texts in the language of the page, keyed by the texts as the owner wrote them.
        offered: the languages among which the annotator can choose.
    """

    language: Language = Language.EN
    written_in: Language = Language.EN
    translations: Mapping[str, str] = field(default_factory=dict)
    offered: tuple[Language, ...] = ()
    study_slug: str = ""

    @property
    def url(self) -> str:
        """Return the URL to which the language menu sends the annotator's choice."""
        return f"/studies/{self.study_slug}/language"

    def text(self, original: str) -> str:
        """Return a text of the study in the page's language, or the original if there is no translation."""
        return self.translations.get(original, original)

    def language_of(self, original: str) -> Language:
        """Return the language in which `text` returns a text: the page's language, or the original one."""
        return self.language if original in self.translations else self.written_in

    def paragraphs(self, original: str) -> tuple[str, ...]:
        """Return the paragraphs of a text, which are separated by empty lines."""
        blocks = self.text(original).replace("\r\n", "\n").split("\n\n")
        return tuple(stripped for block in blocks if (stripped := block.strip()))


@dataclass(frozen=True, kw_only=True)
class AnnotatorPage:
    """The fields of every page that annotators read."""

    wording: StudyWording = field(default_factory=StudyWording)

    @property
    def language(self) -> Language:
        return self.wording.language
