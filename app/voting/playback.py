"""Stores the playback events that the voting page reports for an assignment.

Playback events are stored in their own transaction, never in the transaction of a vote. Storing the events
needs no lock of the study.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.tables.playback import PlaybackEvent
from app.tables.voting import Assignment
from benchmark.wire.votes import MAX_PLAYBACK_EVENTS, PlaybackRequest

# The last batch of a page may arrive after the vote, for example after a lost connection.
ACCEPTED_AFTER_END = timedelta(hours=1)


def record_playback(
    session: Session, *, assignment: Assignment, request: PlaybackRequest, now: datetime
) -> None:
    """Store a batch of events. Events that are already stored are skipped, so a request can be repeated.

    Raises:
        Conflict: the assignment ended more than an hour ago, or has too many events.
    """
    if assignment.ended_at is not None and assignment.ended_at + ACCEPTED_AFTER_END < now:
        raise Conflict("This comparison ended more than an hour ago.", code="assignment_ended")
    stored = session.execute(
        select(func.count()).where(PlaybackEvent.assignment_id == assignment.id)
    ).scalar_one()
    if stored + len(request.events) > MAX_PLAYBACK_EVENTS:
        raise Conflict(
            f"A comparison has at most {MAX_PLAYBACK_EVENTS} playback events.", code="too_many_events"
        )
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        {"assignment_id": assignment.id, "view": request.view, "number": number, **event.model_dump()}
        for number, event in enumerate(request.events, start=request.first)
    ]
    session.execute(dialect.insert(PlaybackEvent).on_conflict_do_nothing(), rows)
