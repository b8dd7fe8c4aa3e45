"""Lets participants of a crowd platform join a study by a link; stores their state on the platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.panels.cancellation import cancel_assignments
from app.security.annotators import connect_browser, new_annotator
from app.tables.people import Annotator, BrowserSession
from app.tables.platforms import PlatformSession
from app.tables.studies import Study
from benchmark.protocol import AnnotatorKind, PlatformKind, SessionStatus, StudyStatus
from benchmark.wire.platforms import ExternalId, Platform

# Mechanical Turk sends this id to workers who look at a HIT before they accept it.
# Source: docs.aws.amazon.com/AWSMechTurk, ExternalQuestion, read 2026-11-30.
MTURK_PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
_EXTERNAL_ID: TypeAdapter[str] = TypeAdapter(ExternalId)
# The states after which a submission needs its comparisons no longer.
_GIVEN_UP = (SessionStatus.RETURNED, SessionStatus.TIMED_OUT)
# Prolific's names of states. Source: docs.prolific.com/api-reference/submissions, read 2026-11-30.
PROLIFIC_STATES = {
    "ACTIVE": SessionStatus.ACTIVE,
    "AWAITING REVIEW": SessionStatus.SUBMITTED,
    "APPROVED": SessionStatus.APPROVED,
    "REJECTED": SessionStatus.REJECTED,
    "RETURNED": SessionStatus.RETURNED,
    "TIMED-OUT": SessionStatus.TIMED_OUT,
}


@dataclass(frozen=True)
class ExternalIds:
    """The ids in a participant's link. `session` and `study` are empty if the platform sends none."""

    participant: str
    session: str
    study: str


def parse_link(platform: Platform, parameters: Mapping[str, str]) -> ExternalIds:
    """Return the ids in the query of a participant's link.

    Raises:
        Invalid: an id is missing or malformed, or the link belongs to another study of the platform.
    """
    names = {
        PlatformKind.PROLIFIC: ("PROLIFIC_PID", "SESSION_ID", "STUDY_ID"),
        PlatformKind.MTURK: ("workerId", "assignmentId", "hitId"),
        PlatformKind.PANEL: (platform.participant_parameter, platform.session_parameter, ""),
    }
    assert platform.kind is not None
    participant_name, session_name, study_name = names[platform.kind]
    ids = ExternalIds(
        _external_id(parameters, participant_name, required=True),
        _external_id(parameters, session_name, required=platform.kind is not PlatformKind.PANEL),
        _external_id(parameters, study_name, required=platform.study_id is not None),
    )
    if platform.study_id is not None and ids.study != platform.study_id:
        raise Invalid(
            "This link belongs to another study. Open the study on the platform again.",
            code="other_study",
        )
    return ids


def find_session(session: Session, *, study: Study, participant: str) -> PlatformSession | None:
    return session.scalar(
        select(PlatformSession).where(
            PlatformSession.study_id == study.id, PlatformSession.participant == participant
        )
    )


def has_room(study: Study) -> bool:
    """Return whether a new participant would get a comparison."""
    return study.status is StudyStatus.OPEN and study.unfilled_comparisons > 0


def join_study(
    session: Session,
    *,
    study: Study,
    kind: PlatformKind,
    ids: ExternalIds,
    browser: BrowserSession,
    now: datetime,
) -> Annotator:
    """Return the annotator of a participant; the first visit creates the annotator. The study must be locked.

    A participant who joins again, on whatever device, is the same annotator.
    """
    row = find_session(session, study=study, participant=ids.participant)
    if row is None:
        annotator = new_annotator(session, study_id=study.id, kind=AnnotatorKind.PARTICIPANT, now=now)
        row = PlatformSession(
            annotator_id=annotator.id,
            study_id=study.id,
            kind=kind,
            participant=ids.participant,
            session=ids.session,
            status=SessionStatus.ACTIVE,
            status_at=now,
            joined_at=now,
        )
        session.add(row)
    elif row.session != ids.session or row.status in _GIVEN_UP:
        row.session, row.status, row.status_at = ids.session, SessionStatus.ACTIVE, now
    annotator = session.get_one(Annotator, row.annotator_id)
    connect_browser(session, browser=browser, annotator=annotator)
    return annotator


def change_session(
    session: Session,
    *,
    study: Study,
    row: PlatformSession,
    status: SessionStatus,
    at: datetime,
    now: datetime,
) -> None:
    """Record a new state of a participant's submission; ignore a state that is older than the stored state.

    If a participant's submission was returned or timed out, the slots of its open comparisons become free.
    Votes already cast are kept. The study must be locked.
    """
    # Notifications have whole seconds.
    if at < row.status_at.replace(microsecond=0) or status is row.status:
        return
    row.status, row.status_at = status, at
    if status in _GIVEN_UP:
        cancel_assignments(session, annotator_id=row.annotator_id, study=study, now=now)
    session.flush()


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
