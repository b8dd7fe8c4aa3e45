"""Ends leases whose time ran out, and takes a slot again when an expired lease becomes valid again.

The caller of every function must hold the study's lock, so that concurrent requests never overfill a panel.
"""

from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.selection import MET
from app.panels.slots import has_free_slot, release_slot, take_slot
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is

# The statement is built once, because building a statement takes longer than running it.
_OVERDUE = select(Assignment).where(
    Assignment.study_id == bindparam("study_id"),
    status_is(AssignmentStatus.OPEN),
    Assignment.expires_at <= bindparam("now"),
)


def expire_leases(session: Session, *, study: Study, now: datetime) -> None:
    """End overdue leases, and release the slots that the leases take."""
    overdue = session.scalars(_OVERDUE, {"study_id": study.id, "now": now}).all()
    for assignment in overdue:
        assignment.status = AssignmentStatus.EXPIRED
        assignment.ended_at = now
        if assignment.takes_slot:
            release_slot(session, assignment.comparison_id, study)
    if overdue:
        session.flush()


def retake_slot(session: Session, *, assignment: Assignment, comparison: Comparison, study: Study) -> None:
    is_free = not assignment.takes_slot or (comparison.is_open and has_free_slot(comparison, study))
    if not is_free or has_newer(session, assignment):
        raise Conflict(
            "Your time for this comparison ran out, and another annotator has it now. Here is another "
            "comparison.",
            code="lease_expired",
        )
    if assignment.takes_slot:
        take_slot(session, comparison, study)


def has_newer(session: Session, assignment: Assignment) -> bool:
    """Return whether the annotator has a newer assignment of the same comparison with the same purpose."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Assignment.annotator_id == assignment.annotator_id,
                    Assignment.comparison_id == assignment.comparison_id,
                    Assignment.purpose == assignment.purpose,
                    status_is(*MET),
                    Assignment.id != assignment.id,
                )
            )
        )
    )
