"""Applies the notifications of Prolific about submissions to the participants of a study."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.platforms.prolific import MAX_AGE, MAX_AHEAD, SignedEvent, session_status
from app.platforms.sessions import change_session, find_session
from app.tables.platforms import PlatformEvent
from app.tables.studies import Study
from benchmark.wire.platforms import ProlificEvent

STATUS_CHANGE = "submission.status.change"


def apply_event(
    session: Session, *, study: Study, event: ProlificEvent, signed: SignedEvent, now: datetime
) -> None:
    """Change the state of the participant whom an event names. The study must be locked.

    The event changes nothing if its type, its participant or its submission is unknown. The event also
    changes nothing if it was received before, or if it is older than the stored state.
    """
    status = session_status(event.status or "")
    if event.event_type != STATUS_CHANGE or status is None or not event.participant_id:
        return
    row = find_session(session, study=study, participant=event.participant_id)
    if row is None or row.session != event.resource_id or _was_received(session, study, signed):
        return
    _forget_old_events(session, study, now)
    session.add(
        PlatformEvent(
            study_id=study.id, event_id=signed.event_id, signature=signed.signature, received_at=now
        )
    )
    change_session(session, study=study, row=row, status=status, at=signed.at, now=now)
    session.flush()


def _was_received(session: Session, study: Study, signed: SignedEvent) -> bool:
    # The signature does not cover the event's id, so a replayed event can come with another id.
    known = or_(PlatformEvent.event_id == signed.event_id, PlatformEvent.signature == signed.signature)
    return (
        session.scalar(
            select(PlatformEvent.event_id).where(PlatformEvent.study_id == study.id, known).limit(1)
        )
        is not None
    )


def _forget_old_events(session: Session, study: Study, now: datetime) -> None:
    """Delete old events.

    If the platform repeats an old event, the server refuses the event because of its age.
    """
    too_old = PlatformEvent.received_at < now - MAX_AGE - MAX_AHEAD
    session.execute(delete(PlatformEvent).where(PlatformEvent.study_id == study.id, too_old))
