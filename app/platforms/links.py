"""Reads the ids in the link by which a participant of a crowd platform joins a study."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from app.errors import Invalid
from app.security.headers import MTURK_ORIGINS
from benchmark.protocol import PlatformKind
from benchmark.wire.platforms import ExternalId, Platform

# Mechanical Turk sends this id to workers who look at a HIT before they accept it.
# Source: docs.aws.amazon.com/AWSMechTurk, ExternalQuestion, read 2026-11-30.
MTURK_PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
# The path to which the form of a finished HIT is sent; the form has the field `assignmentId` and at least one
# other field. Source: the same page.
MTURK_SUBMIT = "/mturk/externalSubmit"
PROLIFIC_NAMES = ("PROLIFIC_PID", "SESSION_ID", "STUDY_ID")
_EXTERNAL_ID: TypeAdapter[str] = TypeAdapter(ExternalId)


@dataclass(frozen=True)
class ExternalIds:
    """The ids in a participant's link.

    `session` and `study` are empty if the platform sends none. `submit_to` is the server of Mechanical Turk
    that receives the form of a finished HIT. `is_verified` states whether the platform signed the ids.
    """

    participant: str
    session: str
    study: str
    submit_to: str = ""
    is_verified: bool = False


def link_template(platform: Platform, url: str) -> str:
    """Return the study link for the platform. The link has the platform's placeholders for the ids.

    Args:
        url: the address `/studies/{slug}/join` of the study.
    """
    match platform.kind:
        case PlatformKind.PROLIFIC:
            # Source: docs.prolific.com/api-reference/studies/the-study-object, read 2026-11-30.
            participant, session, study = PROLIFIC_NAMES
            order = (participant, study, session)
            return f"{url}?{'&'.join(f'{name}={{{{%{name}%}}}}' for name in order)}"
        case PlatformKind.PANEL:
            names = {platform.participant_parameter: "PARTICIPANT", platform.session_parameter: "SESSION"}
            return f"{url}?{'&'.join(f'{name}={value}' for name, value in names.items())}"
        case _:
            # Mechanical Turk appends the ids itself.
            return url


def parse_link(platform: Platform, parameters: Mapping[str, str]) -> ExternalIds:
    """Return the unsigned ids in the query of a participant's link.

    Raises:
        Invalid: an id is missing or malformed, or the link belongs to another study of the platform.
    """
    names = {
        PlatformKind.PROLIFIC: PROLIFIC_NAMES,
        PlatformKind.MTURK: ("workerId", "assignmentId", "hitId"),
        PlatformKind.PANEL: (
            platform.participant_parameter,
            platform.session_parameter,
            platform.study_parameter,
        ),
    }
    assert platform.kind is not None
    participant_name, session_name, study_name = names[platform.kind]
    ids = ExternalIds(
        _external_id(parameters, participant_name, required=True),
        _external_id(parameters, session_name, required=platform.kind is not PlatformKind.PANEL),
        _external_id(parameters, study_name, required=platform.study_id is not None),
        _submit_to(parameters) if platform.kind is PlatformKind.MTURK else "",
    )
    require_study(platform, ids.study)
    return ids


def require_study(platform: Platform, study: str) -> None:
    """Refuse a link that belongs to another study on the platform."""
    if platform.study_id is not None and study != platform.study_id:
        raise Invalid(
            "This link belongs to another study. Open the study on the platform again.",
            code="other_study",
        )


def _submit_to(parameters: Mapping[str, str]) -> str:
    """Return the server of Mechanical Turk that the link names, which must be a known server."""
    server = parameters.get("turkSubmitTo", "").rstrip("/")
    if server not in MTURK_ORIGINS:
        raise Invalid(
            "The link names no server of Mechanical Turk. Open the HIT on Mechanical Turk again.",
            code="bad_link",
        )
    return server


def _external_id(parameters: Mapping[str, str], name: str, *, required: bool) -> str:
    value = parameters.get(name, "")
    if not value and not required:
        return ""
    try:
        return _EXTERNAL_ID.validate_python(value)
    except ValidationError as error:
        raise Invalid(
            "The link has no usable id of a participant. Open the study on the platform again.",
            code="bad_link",
        ) from error
