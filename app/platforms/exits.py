"""The completion code and the return URL that an annotator gets at the end of a study."""

from dataclasses import dataclass
from urllib.parse import quote

from app.platforms.links import ExternalIds
from app.platforms.service import study_platform
from app.security.tokens import derived_token
from app.tables.platforms import PlatformSession
from app.tables.studies import Study
from benchmark.protocol import Outcome
from benchmark.wire.platforms import Exit

CODE_CHARS = 10
# Annotators who did a part of the study need a code to be paid for it.
_ALWAYS_WITH_CODE = (Outcome.COMPLETED, Outcome.SCREENED_OUT, Outcome.QUALITY_FAILED)


@dataclass(frozen=True)
class AnnotatorExit:
    """A completion code and a return URL; each is an empty text if the study has none."""

    code: str
    url: str


def study_exit(study: Study, outcome: Outcome, ids: ExternalIds | None) -> AnnotatorExit:
    """Return the code and return URL of an outcome, for a participant whom the server does not know.

    Args:
        ids: the ids in the participant's link; None if the link has no ids.
    """
    wanted: Exit = getattr(study_platform(study), outcome.value)
    return _filled(wanted, wanted.code or "", ids.participant if ids else "", ids.session if ids else "")


def annotator_exit(
    study: Study, *, annotator_id: int, joined: PlatformSession | None, outcome: Outcome, signing_key: bytes
) -> AnnotatorExit:
    """Return the completion code for this outcome: the study's code, or a code that only this annotator gets.

    Args:
        joined: the annotator's session on a crowd platform; None if the annotator joined by an invitation.
        signing_key: the secret key from which the annotator's own codes are derived.
    """
    wanted: Exit = getattr(study_platform(study), outcome.value)
    code = wanted.code or ""
    if not code and outcome in _ALWAYS_WITH_CODE:
        code = own_code(study, annotator_id=annotator_id, outcome=outcome, signing_key=signing_key)
    return _filled(wanted, code, joined.participant if joined else "", joined.session if joined else "")


def own_code(study: Study, *, annotator_id: int, outcome: Outcome, signing_key: bytes) -> str:
    """Return the code that only this annotator gets for this outcome."""
    purpose = f"{outcome} of annotator {annotator_id} in study {study.id}"
    return derived_token(signing_key, purpose)[:CODE_CHARS].upper()


def _filled(wanted: Exit, code: str, participant: str, session: str) -> AnnotatorExit:
    url = wanted.url or ""
    for name, value in (("{code}", code), ("{participant}", participant), ("{session}", session)):
        url = url.replace(name, quote(value, safe=""))
    return AnnotatorExit(code, url)
