"""The languages of a study on its owner's page: the submitted fields, and the texts without a translation."""

import json
import tomllib
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from app.errors import InvalidFields
from app.languages import native_name
from app.panels.phases import study_phases
from app.panels.study_texts import offered_languages, study_translations
from app.tables.studies import Study
from benchmark.protocol import Language
from benchmark.wire.translations import Translations, own_texts

_TRANSLATIONS: TypeAdapter[Translations] = TypeAdapter(Translations)


@dataclass(frozen=True)
class LanguageFields:
    """The submitted languages. `translations` is a TOML or JSON text."""

    language: Language
    offered: tuple[Language, ...]
    translations: str


@dataclass(frozen=True)
class LanguageLine:
    """A further language of a study, and the study's texts that have no translation into this language."""

    name: str
    texts: int
    untranslated: tuple[str, ...]


def language_fields(study: Study) -> LanguageFields:
    """Return the stored languages of a study."""
    stored = {str(language): texts for language, texts in study_translations(study).items()}
    text = json.dumps(stored, indent=2, ensure_ascii=False) if stored else ""
    return LanguageFields(study.language, offered_languages(study), text)


def parse_translations(text: str) -> Translations:
    """Return the translations in a TOML or JSON text: a table for each language, keyed by the original text.

    Raises:
        InvalidFields: the text is neither TOML nor JSON, or a translation is not allowed.
    """
    try:
        content = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        return _TRANSLATIONS.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))[:100]
        raise InvalidFields({"translations": f"{place}: {first['msg']}."}) from error
    except (ValueError, RecursionError) as error:
        sentence = "This is neither TOML nor JSON. See docs/crowd-studies.md for an example."
        raise InvalidFields({"translations": sentence}) from error


def language_lines(study: Study) -> tuple[LanguageLine, ...]:
    """Return each further language of a study with the texts that have no translation."""
    texts = own_texts(title=study.title, instructions=study.instructions, phases=study_phases(study))
    translations = study_translations(study)
    return tuple(
        LanguageLine(
            native_name(language),
            len(texts),
            tuple(text for text in texts if text not in translations.get(language, {})),
        )
        for language in offered_languages(study)
        if language is not study.language
    )
