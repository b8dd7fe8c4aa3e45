"""Changes the statuses of votes, and updates the counters in the same transaction.

A vote without events is valid. Each change adds an event and updates the comparison's counters and slots.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from app.panels.slots import has_free_slot, release_slot, take_slot
from app.prepared_statements import PreparedStatement
from app.tables.base import Base
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, Vote, VoteEvent
from benchmark.protocol import AssignmentPurpose, Justification, Side, VoteStatus

_OF_PURPOSE = {
    AssignmentPurpose.GOLD: (VoteStatus.GOLD, "a gold question"),
    AssignmentPurpose.REPEAT: (VoteStatus.REPEAT, "a hidden repeat"),
    AssignmentPurpose.QUIZ: (VoteStatus.QUIZ, "a quiz question"),
    # This entry is for an annotator whose kind the study does not count, such as a pilot annotator.
    AssignmentPurpose.VOTE: (VoteStatus.PILOT, "not a participant"),
}
_comparisons = Base.metadata.tables["comparisons"]
_COUNTERS = [f"{name}_{side}" for name in ("votes", *Justification) for side in Side]
_COUNT: PreparedStatement[()] = PreparedStatement(
    update(_comparisons)
    .where(_comparisons.c.id == bindparam("comparison_id"))
    .values({name: _comparisons.c[name] + bindparam(f"add_{name}") for name in _COUNTERS})
)
_NONE = {f"add_{name}": 0 for name in _COUNTERS}


def first_status(assignment: Assignment) -> VoteStatus:
    """Return the status that a new vote on an assignment gets."""
    return VoteStatus.VALID if assignment.takes_slot else _OF_PURPOSE[assignment.purpose][0]


def mark_uncounted(session: Session, vote_id: int, assignment: Assignment, *, now: datetime) -> None:
    """Record the status of a new vote that counts in no score."""
    status, reason = _OF_PURPOSE[assignment.purpose]
    session.add(VoteEvent(vote_id=vote_id, status=status, reason=reason, actor="study", at=now))


def status_of(session: Session, vote: Vote) -> VoteStatus:
    last = session.scalar(
        select(VoteEvent.status).where(VoteEvent.vote_id == vote.id).order_by(VoteEvent.id.desc()).limit(1)
    )
    return last or VoteStatus.VALID


def count_vote(
    session: Session, comparison_id: int, *, side: Side, justifications: Collection[Justification], by: int
) -> None:
    """Add a valid vote to the comparison's counters (`by` is 1), or subtract the vote (`by` is -1)."""
    added = {f"add_{name}_{side}": by for name in ("votes", *justifications)}
    _COUNT.run(session, comparison_id=comparison_id, **{**_NONE, **added})


@dataclass(frozen=True)
class VoteWithStatus:
    """A vote and its status. `since` is the time of the last status change; None if there was no change."""

    vote: Vote
    status: VoteStatus
    since: datetime | None


def votes_with_status(session: Session, *, annotator_id: int) -> list[VoteWithStatus]:
    """Return an annotator's votes with their statuses, in the order they were cast."""
    last = aliased(VoteEvent)
    newest = select(func.max(VoteEvent.id)).where(VoteEvent.vote_id == Vote.id).scalar_subquery()
    rows = session.execute(
        select(Vote, last.status, last.at)
        .outerjoin(last, last.id == newest)
        .where(Vote.annotator_id == annotator_id)
        .order_by(Vote.id)
    )
    return [VoteWithStatus(vote, status or VoteStatus.VALID, since) for vote, status, since in rows]


def change_status(
    session: Session,
    *,
    vote: Vote,
    study: Study,
    status: VoteStatus,
    reason: str,
    actor: str,
    now: datetime,
    keep_slot: bool = False,
) -> VoteStatus:
    """Change the status of a vote, and return the vote's new status.

    If the panel is already full, a vote becomes `surplus` instead of `valid`. The study must be locked.

    Args:
        keep_slot: whether the slot stays taken; after an undo, the new assignment needs the slot.
    """
    before = status_of(session, vote)
    comparison = session.get_one(Comparison, vote.comparison_id)
    status = _recounted(
        session, comparison, vote, study=study, before=before, status=status, keep_slot=keep_slot
    )
    if status is not before:
        session.add(VoteEvent(vote_id=vote.id, status=status, reason=reason, actor=actor, at=now))
    session.flush()
    return status


def change_statuses(
    session: Session,
    votes_with_status: Sequence[VoteWithStatus],
    *,
    study: Study,
    status: VoteStatus,
    reason: str,
    actor: str,
    now: datetime,
) -> Counter[VoteStatus]:
    """Change the status of several votes in order; see `change_status`.

    Return the number of votes per new status.

    An annotator can have thousands of votes, and the study is locked during the change. Therefore one query
    reads the comparisons of all these votes.
    """
    ids = {each.vote.comparison_id for each in votes_with_status}
    comparisons = {row.id: row for row in session.scalars(select(Comparison).where(Comparison.id.in_(ids)))}
    counted = Counter[VoteStatus]()
    with session.no_autoflush:
        for each in votes_with_status:
            comparison = comparisons[each.vote.comparison_id]
            after = _recounted(session, comparison, each.vote, study=study, before=each.status, status=status)
            if after is not each.status:
                session.add(VoteEvent(vote_id=each.vote.id, status=after, reason=reason, actor=actor, at=now))
            counted[after] += 1
    session.flush()
    return counted


def _recounted(
    session: Session,
    comparison: Comparison,
    vote: Vote,
    *,
    study: Study,
    before: VoteStatus,
    status: VoteStatus,
    keep_slot: bool = False,
) -> VoteStatus:
    """Update counters and slots for a new vote status.

    Return the vote's new status. If the panel is full, a vote that would be `valid` becomes `surplus`.
    """
    if status is VoteStatus.VALID and before is not VoteStatus.VALID:
        if not has_free_slot(comparison, study):
            return VoteStatus.SURPLUS
        take_slot(session, comparison, study)
        _count(session, vote, by=1)
    elif before is VoteStatus.VALID and status is not VoteStatus.VALID:
        _count(session, vote, by=-1)
        if not keep_slot:
            release_slot(session, comparison.id, study)
    return status


def _count(session: Session, vote: Vote, *, by: int) -> None:
    count_vote(session, vote.comparison_id, side=vote.chosen_side, justifications=vote.justifications, by=by)
