"""Finds the language of an annotator's pages, from the annotator's choice, the browser and the study."""

from app.languages.negotiation import preferred_language
from app.languages.study_texts import StudyWording
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import Language


def offered_languages(study: Study) -> tuple[Language, ...]:
    """Return the languages among which an annotator of the study can choose.

    A study that was created before annotators could choose a language offers only the language of its own
    texts.
    """
    return tuple(map(Language, study.languages)) if study.languages is not None else (study.language,)


def study_translations(study: Study) -> dict[Language, dict[str, str]]:
    """Return the translations of the study's own texts."""
    return {Language(language): texts for language, texts in (study.translations or {}).items()}


def study_wording(study: Study, *, annotator: Annotator | None = None, accept_language: str) -> StudyWording:
    """Return the language of a page, and the study's own texts in this language.

    Args:
        accept_language: the header Accept-Language of the browser.
    """
    offered = offered_languages(study)
    chosen = annotator.language if annotator is not None else None
    if chosen not in offered:
        chosen = preferred_language(accept_language, offered)
    language = chosen or (study.language if study.language in offered else offered[0])
    return StudyWording(
        language=language,
        written_in=study.language,
        translations=study_translations(study).get(language, {}),
        offered=offered,
        study_slug=study.slug,
    )
