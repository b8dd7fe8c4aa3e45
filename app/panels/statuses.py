"""What a vote counts as, and the counters that follow it in the same transaction.

A vote without events is valid. Each change is an event; a comparison's counters and places move with it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.places import free_place, has_places, take_place
from app.tables.studies import Comparison, Study
from app.tables.voting import Vote, VoteEvent
from benchmark.protocol import Justification, Side, VoteStatus


def status_of(session: Session, vote: Vote) -> VoteStatus:
    last = session.scalar(
        select(VoteEvent.status).where(VoteEvent.vote_id == vote.id).order_by(VoteEvent.id.desc()).limit(1)
    )
    return last or VoteStatus.VALID


def count_vote(comparison: Comparison, vote: Vote, *, by: int) -> None:
    """Add (`by` 1) or take away (`by` -1) a valid vote in its comparison's counters."""
    side = vote.chosen_side
    if side is Side.REFERENCE:
        comparison.votes_reference += by
    else:
        comparison.votes_other += by
    for justification in Justification:
        if getattr(vote, justification.value):
            counter = f"{justification.value}_{side.value}"
            setattr(comparison, counter, getattr(comparison, counter) + by)


def change_status(
    session: Session,
    *,
    vote: Vote,
    study: Study,
    status: VoteStatus,
    reason: str,
    actor: str,
    now: datetime,
    keep_place: bool = False,
) -> VoteStatus:
    """Record what a vote counts as from now on and return it.

    A vote made valid again while its panel is full becomes `surplus`. The study must be locked.

    Args:
        keep_place: after an undo the place stays taken by the assignment that follows.
    """
    before = status_of(session, vote)
    comparison = session.get_one(Comparison, vote.comparison_id)
    if status is VoteStatus.VALID and before is not VoteStatus.VALID:
        if not has_places(comparison, study):
            status = VoteStatus.SURPLUS
        else:
            take_place(comparison, study)
            count_vote(comparison, vote, by=1)
    elif before is VoteStatus.VALID and status is not VoteStatus.VALID:
        count_vote(comparison, vote, by=-1)
        if not keep_place:
            free_place(comparison, study)
    if status is not before:
        session.add(VoteEvent(vote_id=vote.id, status=status, reason=reason, actor=actor, at=now))
    session.flush()
    return status
