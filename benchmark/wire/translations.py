"""Wire types for the languages of a study's pages, and for translations of the owner's texts."""

from typing import Annotated

from pydantic import AfterValidator, Field

from benchmark.protocol import Language
from benchmark.wire.common import Paragraphs
from benchmark.wire.phases import ChoiceQuestion, Phases

MAX_TEXTS = 500
OwnText = Annotated[Paragraphs, Field(min_length=1)]
# The translation of each text, keyed by the text as the owner wrote it.
TextTranslations = Annotated[dict[OwnText, OwnText], Field(max_length=MAX_TEXTS)]
Translations = dict[Language, TextTranslations]


def _unique(languages: tuple[Language, ...]) -> tuple[Language, ...]:
    if len(set(languages)) < len(languages):
        raise ValueError("each language may be named once")
    return languages


Languages = Annotated[tuple[Language, ...], Field(min_length=1), AfterValidator(_unique)]


def own_texts(*, title: str, instructions: str, phases: Phases | None) -> tuple[str, ...]:
    """Return the texts that the owner wrote for annotators, without duplicates, in the order of the pages."""
    texts = [title, instructions, *(_phase_texts(phases) if phases is not None else ())]
    return tuple(dict.fromkeys(text for text in texts if text))


def kept_translations(
    translations: Translations, title: str, instructions: str, phases: Phases | None
) -> Translations:
    """Return the translations of the texts that the study still has."""
    texts = own_texts(title=title, instructions=instructions, phases=phases)
    return {
        language: {text: translation for text, translation in translated.items() if text in texts}
        for language, translated in translations.items()
    }


def _phase_texts(phases: Phases) -> list[str]:
    texts = [phases.pay]
    if phases.consent is not None:
        texts += [text for each in phases.consent.sections for text in (each.title, each.text)]
        texts += phases.consent.statements
    if phases.instructions is not None:
        texts.append(phases.instructions.text)
    if phases.questionnaire is not None:
        for question in phases.questionnaire.questions:
            texts.append(question.text)
            texts += question.options if isinstance(question, ChoiceQuestion) else ()
    return [*texts, phases.finish.text]
