"""Leases comparisons to annotators: assigns the next comparison, and renews leases.

The caller of every function must hold the study's lock, so that concurrent requests never overfill a panel.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.languages import gettext_noop
from app.panels.annotator_counts import AnnotatorCounts, annotator_counts
from app.panels.phases import QUIZ_POSITION, require_voting
from app.panels.progress import Progress, counted_progress, progress_of
from app.panels.schedule import next_comparison
from app.panels.selection import ChosenComparison
from app.panels.slots import take_slot
from app.prepared_statements import PreparedStatement
from app.security.tokens import new_token
from app.tables.base import Base
from app.tables.people import Annotator
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is
from app.voting.expired_leases import expire_leases, retake_slot
from benchmark.protocol import AssignmentPurpose, StudyStatus

# An annotator can hold three assignments: the current one, the next one (preloaded), and one reopened by an
# undo.
MOST_HELD = 3

# Statements are built once, because building a statement takes longer than running it.
_HELD = (
    select(Assignment)
    .where(
        Assignment.annotator_id == bindparam("annotator_id"),
        status_is(AssignmentStatus.OPEN),
        Assignment.position > QUIZ_POSITION,
    )
    .order_by(Assignment.position, Assignment.id)
)
_assignments = Base.metadata.tables["assignments"]
_ALWAYS_EQUAL = {"status": AssignmentStatus.OPEN, "left_delivered": 0, "right_delivered": 0}
_NEW: PreparedStatement[()] = PreparedStatement(
    # Without `inline`, PostgreSQL would return the new id.
    insert(_assignments)
    .inline()
    .values(
        {
            name: bindparam(name)
            for name in (
                "token",
                "study_id",
                "comparison_id",
                "pair_id",
                "annotator_id",
                "purpose",
                "takes_slot",
                "protocol_version",
                "position",
                "left_side",
                "created_at",
                "expires_at",
            )
        }
        | _ALWAYS_EQUAL
    )
)


@dataclass(frozen=True)
class Lease:
    """An open assignment, the time at which its lease expires, and the annotator's progress."""

    token: str
    comparison_id: int
    expires_at: datetime
    progress: Progress


def current_lease(session: Session, *, assignment: Assignment, study: Study) -> Lease:
    progress = progress_of(session, study=study, annotator_id=assignment.annotator_id)
    return Lease(assignment.token, assignment.comparison_id, assignment.expires_at, progress)


def next_assignment(
    session: Session, *, annotator: Annotator, study: Study, now: datetime, after: Assignment | None = None
) -> Lease | None:
    """Return the lease of the annotator's next assignment, or None if no comparison is left.

    If `after` is None, return the annotator's open assignment, or a new assignment if none is open. If
    `after` is an assignment, return the assignment that follows it. The lease of the following assignment
    starts while the page still shows `after`, so that the page can preload the clips.

    Raises:
        Conflict: the study accepts no votes, the annotator holds too many assignments, another phase of the
            study comes first, or the annotator reached the study's limit for one day (DayLimitReached).
    """
    require_open(study)
    require_voting(session, study=study, annotator_id=annotator.id)
    counts = annotator_counts(session, study=study, annotator_id=annotator.id)
    if counts.next_expiry is not None and counts.next_expiry <= now:
        expire_leases(session, study=study, now=now)
        counts = annotator_counts(session, study=study, annotator_id=annotator.id)
    held = session.scalars(_HELD, {"annotator_id": annotator.id}).all() if counts.held else []
    if after is not None:
        if after.annotator_id != annotator.id:
            raise NotFound("The assignment in 'after' belongs to another study.")
        held_behind = [each for each in held if each.position > after.position]
        if not held_behind and len(held) >= MOST_HELD:
            raise Conflict("Vote on your open comparisons first.", code="too_many_held")
        held = held_behind
    if held:
        held[0].expires_at = now + timedelta(seconds=study.lease_s)
        return current_lease(session, assignment=held[0], study=study)
    chosen = next_comparison(session, counts=counts, study=study, annotator=annotator, now=now)
    if chosen is None:
        return None
    return _start_lease(session, counts=counts, chosen=chosen, study=study, annotator=annotator, now=now)


def renew(session: Session, *, assignment: Assignment, study: Study, now: datetime) -> datetime:
    """Extend the lease of an assignment.

    An expired lease becomes valid again if the comparison still has a free slot.
    """
    require_open(study)
    refuse_ended(assignment)
    if assignment.status is AssignmentStatus.VOTED:
        raise Conflict("You have voted on this comparison.", code="already_voted")
    if assignment.status is AssignmentStatus.EXPIRED:
        comparison = session.get_one(Comparison, assignment.comparison_id)
        retake_slot(session, assignment=assignment, comparison=comparison, study=study)
        assignment.status = AssignmentStatus.OPEN
        assignment.ended_at = None
    assignment.expires_at = now + timedelta(seconds=study.lease_s)
    session.flush()
    return assignment.expires_at


def require_open(study: Study) -> None:
    if study.status is not StudyStatus.OPEN:
        raise Conflict("This study accepts no votes at the moment.", code="study_not_open")


def refuse_ended(assignment: Assignment) -> None:
    refusals = {
        AssignmentStatus.SKIPPED: (gettext_noop("You skipped this comparison."), "already_skipped"),
        AssignmentStatus.UNDONE: (
            gettext_noop("You undid this vote; vote on its new assignment."),
            "assignment_replaced",
        ),
        AssignmentStatus.CANCELLED: (
            gettext_noop("This comparison is no longer part of the study."),
            "matchup_closed",
        ),
    }
    if assignment.status in refusals:
        message, code = refusals[assignment.status]
        raise Conflict(message, code=code)


def _start_lease(
    session: Session,
    *,
    counts: AnnotatorCounts,
    chosen: ChosenComparison,
    study: Study,
    annotator: Annotator,
    now: datetime,
) -> Lease:
    is_vote = chosen.purpose is AssignmentPurpose.VOTE
    takes_slot = is_vote and annotator.kind is study.kind.counted_annotators and not study.is_pilot
    has_places = take_slot(session, chosen.comparison, study) if takes_slot else is_vote
    token, expires_at = new_token(), now + timedelta(seconds=study.lease_s)
    _NEW.run(
        session,
        token=token,
        study_id=study.id,
        comparison_id=chosen.comparison.id,
        pair_id=chosen.comparison.pair_id,
        annotator_id=annotator.id,
        purpose=chosen.purpose,
        takes_slot=takes_slot,
        protocol_version=counts.protocol_version,
        position=counts.next_position,
        left_side=chosen.left_side,
        created_at=now,
        expires_at=expires_at,
    )
    counts = replace(counts, held=counts.held + 1, met_with_places=counts.met_with_places + has_places)
    progress = counted_progress(session, counts=counts, study=study, annotator_id=annotator.id)
    return Lease(token, chosen.comparison.id, expires_at, progress)


def lease_again(assignment: Assignment, study: Study, *, now: datetime) -> Assignment:
    """After a vote was undone, lease the comparison to the same annotator again.

    The new lease keeps the slot, the position and the sides.
    """
    return Assignment(
        token=new_token(),
        study_id=study.id,
        comparison_id=assignment.comparison_id,
        pair_id=assignment.pair_id,
        annotator_id=assignment.annotator_id,
        purpose=assignment.purpose,
        takes_slot=assignment.takes_slot,
        protocol_version=assignment.protocol_version,
        position=assignment.position,
        left_side=assignment.left_side,
        status=AssignmentStatus.OPEN,
        created_at=now,
        expires_at=now + timedelta(seconds=study.lease_s),
        replaces_id=assignment.id,
    )
