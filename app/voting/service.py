"""Takes votes, skips and undoes; every function runs inside one write transaction on a locked study."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.panels.slots import release_slot
from app.panels.vote_status import change_status, count_vote, first_status, mark_uncounted, status_of
from app.tables.studies import Comparison, Matchup, Study
from app.tables.voting import Assignment, AssignmentStatus, Vote
from app.voting.leases import has_newer, lease_again, refuse_ended, require_open, retake_slot
from benchmark.protocol import Choice, Justification, Side, SkipReason, VoteStatus, WatchGate

# What an undo may end; a surplus or an excluded vote has no place that its successor could keep.
_UNDOABLE = (VoteStatus.VALID, VoteStatus.GOLD, VoteStatus.REPEAT, VoteStatus.QUIZ, VoteStatus.PILOT)
# Built once: building a statement takes longer than running it.
_COMPARED = (
    select(Comparison, Matchup)
    .join(Matchup, Matchup.id == Comparison.matchup_id)
    .where(Comparison.id == bindparam("comparison_id"))
)


@dataclass(frozen=True)
class Ballot:
    """What an annotator answers; times in milliseconds, as the page measured them."""

    choice: Choice
    justifications: frozenset[Justification]
    decision_ms: int | None = None
    left_watched_ms: int | None = None
    right_watched_ms: int | None = None


@dataclass(frozen=True)
class Receipt:
    """A vote as it was taken; the same request again gets the same receipt."""

    choice: Choice
    justifications: tuple[Justification, ...]
    cast_at: datetime
    is_repeat: bool


@dataclass(frozen=True)
class Undone:
    assignment: Assignment
    previous: Receipt


def cast_vote(
    session: Session, *, assignment: Assignment, study: Study, ballot: Ballot, now: datetime
) -> Receipt:
    """Take a vote, once; the same answer again gives the same receipt.

    Raises:
        Invalid: no justification where the study asks for one.
        Conflict: another answer was given before, the study takes no votes, a clip was not delivered whole,
            or the lease ran out and the place went to somebody else.
    """
    if assignment.status is AssignmentStatus.VOTED:
        return _repeated(session, assignment=assignment, ballot=ballot)
    refuse_ended(assignment)
    require_open(study)
    if study.require_justification and not ballot.justifications:
        raise Invalid("Select at least one reason for your choice.", code="justification_missing")
    if study.watch_gate is WatchGate.DELIVERED and not _both_delivered(assignment):
        raise Conflict("Watch both clips to the end first.", code="clips_not_delivered")
    comparison, matchup = session.execute(_COMPARED, {"comparison_id": assignment.comparison_id}).one()
    if assignment.status is AssignmentStatus.EXPIRED:
        retake_slot(session, assignment=assignment, comparison=comparison, study=study)
    vote = _new_vote(session, assignment=assignment, matchup=matchup, ballot=ballot, now=now)
    session.add(vote)
    if first_status(assignment) is VoteStatus.VALID:
        count_vote(comparison, vote, by=1)
    else:
        mark_uncounted(session, vote, assignment)
    assignment.status = AssignmentStatus.VOTED
    assignment.ended_at = now
    session.flush()
    return _receipt(assignment, vote, is_repeat=False)


def skip(
    session: Session, *, assignment: Assignment, study: Study, reason: SkipReason, now: datetime
) -> None:
    """Give an assignment back without a vote; this annotator will not meet the comparison again."""
    if assignment.status is AssignmentStatus.SKIPPED:
        return
    if assignment.status is AssignmentStatus.VOTED:
        raise Conflict("You have voted on this comparison; undo the vote first.", code="already_voted")
    refuse_ended(assignment)
    if assignment.status is AssignmentStatus.OPEN:
        if assignment.takes_slot:
            release_slot(session.get_one(Comparison, assignment.comparison_id), study)
    elif has_newer(session, assignment):
        raise Conflict("This comparison is open again under another token.", code="assignment_replaced")
    assignment.status = AssignmentStatus.SKIPPED
    assignment.skip_reason = reason
    assignment.ended_at = now
    session.flush()


def undo(session: Session, *, assignment: Assignment, study: Study, now: datetime) -> Undone:
    """End the annotator's last vote and lease them the same comparison again; its place stays taken."""
    require_open(study)
    if not can_undo(session, assignment):
        raise Conflict("Only your last vote can be taken back, once.", code="not_last_vote")
    comparison = session.get_one(Comparison, assignment.comparison_id)
    if not comparison.is_open and not comparison.is_gold:
        raise Conflict("This matchup was closed; its votes stay.", code="matchup_closed")
    vote = session.execute(select(Vote).where(Vote.assignment_id == assignment.id)).scalar_one()
    previous = _receipt(assignment, vote, is_repeat=True)
    status = change_status(
        session,
        vote=vote,
        study=study,
        status=VoteStatus.SUPERSEDED,
        reason="taken back by the annotator",
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
    return Undone(replacement, previous)


def _new_vote(
    session: Session, *, assignment: Assignment, matchup: Matchup, ballot: Ballot, now: datetime
) -> Vote:
    left = assignment.left_side
    side = left if ballot.choice is Choice.LEFT else left.opposite
    replaced = assignment.replaces_id and session.scalar(
        select(Vote.id).where(Vote.assignment_id == assignment.replaces_id)
    )
    return Vote(
        assignment_id=assignment.id,
        study_id=assignment.study_id,
        comparison_id=assignment.comparison_id,
        annotator_id=assignment.annotator_id,
        chosen_side=side,
        chosen_id=matchup.reference_id if side is Side.REFERENCE else matchup.other_id,
        cast_at=now,
        decision_ms=ballot.decision_ms,
        left_watched_ms=ballot.left_watched_ms,
        right_watched_ms=ballot.right_watched_ms,
        replaces_id=replaced or None,
        **{each.value: each in ballot.justifications for each in Justification},
    )


def _receipt(assignment: Assignment, vote: Vote, *, is_repeat: bool) -> Receipt:
    return Receipt(
        choice=Choice.LEFT if vote.chosen_side is assignment.left_side else Choice.RIGHT,
        justifications=tuple(each for each in Justification if getattr(vote, each.value)),
        cast_at=vote.cast_at,
        is_repeat=is_repeat,
    )


def _repeated(session: Session, *, assignment: Assignment, ballot: Ballot) -> Receipt:
    # A double click sends the form twice, a lost answer makes the page send it again: both get
    # the first one's receipt, so nobody sees an error for it.
    vote = session.execute(select(Vote).where(Vote.assignment_id == assignment.id)).scalar_one()
    receipt = _receipt(assignment, vote, is_repeat=True)
    if (receipt.choice, frozenset(receipt.justifications)) != (ballot.choice, ballot.justifications):
        raise Conflict(
            "You gave another answer to this comparison before; that one counts.", code="already_voted"
        )
    return receipt


def _both_delivered(assignment: Assignment) -> bool:
    return assignment.left_delivered_whole_at is not None and assignment.right_delivered_whole_at is not None


def can_undo(session: Session, assignment: Assignment) -> bool:
    """Tell whether this is the annotator's last vote and still stands."""
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
