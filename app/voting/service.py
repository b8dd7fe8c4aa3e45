"""Stores votes, skips and undos. Each function runs in one write transaction, after the study was locked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.panels.phases import require_voting
from app.panels.slots import release_slot
from app.panels.vote_status import change_status, count_vote, first_status, mark_uncounted, status_of
from app.prepared_statements import PreparedStatement
from app.tables.base import Base
from app.tables.studies import Comparison, Matchup, Study
from app.tables.voting import Assignment, AssignmentStatus, Vote
from app.voting.expired_leases import has_newer, retake_slot
from app.voting.leases import lease_again, refuse_ended, require_open
from benchmark.protocol import (
    AssignmentPurpose,
    Choice,
    Justification,
    Side,
    SkipReason,
    VoteStatus,
    WatchGate,
)
from benchmark.wire.votes import VoteRequest

# Only votes with these statuses can be undone. A surplus or excluded vote has no slot for a new assignment.
# After a vote in the quiz, the annotator knows the right answer.
_UNDOABLE = (VoteStatus.VALID, VoteStatus.GOLD, VoteStatus.REPEAT, VoteStatus.PILOT)
_votes, _assignments = (Base.metadata.tables[name] for name in ("votes", "assignments"))
_CHOSEN = (
    select(case((bindparam("is_reference"), Matchup.reference_id), else_=Matchup.other_id))
    .join(Comparison, Comparison.matchup_id == Matchup.id)
    .where(Comparison.id == bindparam("compared"))
)
_REPLACED = select(Vote.id).where(Vote.assignment_id == bindparam("undone_assignment"))
_NEW_VOTE: PreparedStatement[int] = PreparedStatement(
    insert(_votes)
    .values(
        {
            **{column.name: bindparam(column.name) for column in _votes.c if not column.primary_key},
            "chosen_id": _CHOSEN.scalar_subquery(),
            "replaces_id": _REPLACED.scalar_subquery(),
        }
    )
    .returning(_votes.c.id)
)
_END_WITH_VOTE: PreparedStatement[()] = PreparedStatement(
    update(_assignments)
    .where(_assignments.c.id == bindparam("assignment_id"))
    .values(status=AssignmentStatus.VOTED, ended_at=bindparam("now"))
)


@dataclass(frozen=True)
class CastVote:
    """A stored vote. `is_new` is False if an earlier identical request has stored the vote."""

    choice: Choice
    justifications: tuple[Justification, ...]
    cast_at: datetime
    is_new: bool


@dataclass(frozen=True)
class Undone:
    """An undone vote, and the new assignment that replaces the vote's assignment."""

    vote: Vote
    assignment: Assignment


def cast_vote(
    session: Session, *, assignment: Assignment, study: Study, request: VoteRequest, now: datetime
) -> CastVote:
    """Store a vote. Repeating the request stores nothing and returns the stored vote.

    Raises:
        Invalid: the study requires a justification and the vote has none.
        Conflict: another answer is stored, the study accepts no votes, a clip was not delivered to the last
            byte, or the lease expired and the slot went to another annotator.
    """
    if assignment.status is AssignmentStatus.VOTED:
        return _stored_vote(session, assignment=assignment, request=request)
    refuse_ended(assignment)
    require_open(study)
    needs_reason = study.require_justification and assignment.purpose is not AssignmentPurpose.QUIZ
    if needs_reason and not request.justifications:
        raise Invalid("Select at least one reason for your choice.", code="justification_missing")
    if study.watch_gate is WatchGate.DELIVERED and not _both_delivered(assignment):
        raise Conflict("Watch both clips to the end first.", code="clips_not_delivered")
    if assignment.status is AssignmentStatus.EXPIRED:
        comparison = session.get_one(Comparison, assignment.comparison_id)
        retake_slot(session, assignment=assignment, comparison=comparison, study=study)
    side = assignment.side_of(request.choice)
    vote_id = _insert_vote(session, assignment=assignment, side=side, request=request, now=now)
    if first_status(assignment) is VoteStatus.VALID:
        count_vote(session, assignment.comparison_id, side=side, justifications=request.justifications, by=1)
    else:
        mark_uncounted(session, vote_id, assignment, now=now)
    _END_WITH_VOTE.run(session, assignment_id=assignment.id, now=now)
    return CastVote(request.choice, _in_order(request.justifications), cast_at=now, is_new=True)


def skip(
    session: Session, *, assignment: Assignment, study: Study, reason: SkipReason, now: datetime
) -> None:
    """End an assignment without a vote. The annotator does not get the skipped comparison again."""
    if assignment.status is AssignmentStatus.SKIPPED:
        return
    if assignment.status is AssignmentStatus.VOTED:
        raise Conflict("You have voted on this comparison; undo the vote first.", code="already_voted")
    if assignment.purpose is AssignmentPurpose.QUIZ:
        raise Conflict("A question of the quiz cannot be skipped.", code="quiz_question")
    refuse_ended(assignment)
    if assignment.status is AssignmentStatus.OPEN:
        if assignment.takes_slot:
            release_slot(session, assignment.comparison_id, study)
    elif has_newer(session, assignment):
        raise Conflict("This comparison is open again under another token.", code="assignment_replaced")
    assignment.status = AssignmentStatus.SKIPPED
    assignment.skip_reason = reason
    assignment.ended_at = now
    session.flush()


def undo(session: Session, *, assignment: Assignment, study: Study, now: datetime) -> Undone:
    """Undo the annotator's last vote, and lease the comparison to the annotator again.

    The undone vote's slot stays taken for the new assignment.
    """
    require_open(study)
    require_voting(session, study=study, annotator_id=assignment.annotator_id)
    if not can_undo(session, assignment):
        raise Conflict("Only your last vote can be undone, and only once.", code="not_last_vote")
    comparison = session.get_one(Comparison, assignment.comparison_id)
    if not comparison.is_open and not comparison.is_gold:
        raise Conflict(
            "This matchup was closed, so its votes can no longer be undone.", code="matchup_closed"
        )
    vote = session.execute(select(Vote).where(Vote.assignment_id == assignment.id)).scalar_one()
    status = change_status(
        session,
        vote=vote,
        study=study,
        status=VoteStatus.SUPERSEDED,
        reason="undone by the annotator",
        actor=f"annotator {assignment.annotator_id}",
        now=now,
        keep_slot=True,
    )
    assert status is VoteStatus.SUPERSEDED
    assignment.status = AssignmentStatus.UNDONE
    session.flush()
    replacement = lease_again(assignment, study, now=now)
    session.add(replacement)
    session.flush()
    return Undone(vote, replacement)


def _insert_vote(
    session: Session, *, assignment: Assignment, side: Side, request: VoteRequest, now: datetime
) -> int:
    vote = {
        "assignment_id": assignment.id,
        "study_id": assignment.study_id,
        "comparison_id": assignment.comparison_id,
        "annotator_id": assignment.annotator_id,
        "chosen_side": side,
        "cast_at": now,
        "decision_ms": request.decision_ms,
        "left_watched_ms": request.left_watched_ms,
        "right_watched_ms": request.right_watched_ms,
        **{each.value: each in request.justifications for each in Justification},
    }
    looked_up = {
        "is_reference": side is Side.REFERENCE,
        "compared": assignment.comparison_id,
        "undone_assignment": assignment.replaces_id,
    }
    (vote_id,) = _NEW_VOTE.one(session, **vote, **looked_up)
    return vote_id


def _stored_vote(session: Session, *, assignment: Assignment, request: VoteRequest) -> CastVote:
    # A double click sends the form twice, and the page sends the form again after a lost response. The second
    # request gets the stored vote.
    vote = session.execute(select(Vote).where(Vote.assignment_id == assignment.id)).scalar_one()
    choice = assignment.choice_of(vote.chosen_side)
    if (choice, vote.justifications) != (request.choice, _in_order(request.justifications)):
        raise Conflict(
            "You already gave another answer to this comparison. Your first answer counts.",
            code="already_voted",
        )
    return CastVote(choice, vote.justifications, vote.cast_at, is_new=False)


def _in_order(justifications: Collection[Justification]) -> tuple[Justification, ...]:
    return tuple(each for each in Justification if each in justifications)


def _both_delivered(assignment: Assignment) -> bool:
    return assignment.left_delivered_whole_at is not None and assignment.right_delivered_whole_at is not None


def can_undo(session: Session, assignment: Assignment) -> bool:
    """Return whether the annotator can undo this vote.

    The vote must be the annotator's last vote, and must be neither undone nor excluded.
    """
    if assignment.status is not AssignmentStatus.VOTED:
        return False
    newest = session.scalar(
        select(Vote).where(Vote.annotator_id == assignment.annotator_id).order_by(Vote.id.desc()).limit(1)
    )
    return (
        newest is not None
        and newest.assignment_id == assignment.id
        and status_of(session, newest) in _UNDOABLE
    )
