"""Cancels an annotator's assignments in a running study and releases the slots of these assignments."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.slots import release_slot
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is


def cancel_assignments(session: Session, *, annotator_id: int, study: Study, now: datetime) -> None:
    """Cancel the open and expired assignments of an annotator. The caller must have locked the study."""
    rows = session.execute(
        select(Assignment, Comparison)
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .where(
            Assignment.annotator_id == annotator_id,
            status_is(AssignmentStatus.OPEN, AssignmentStatus.EXPIRED),
        )
    )
    for assignment, comparison in rows.all():
        if assignment.status is AssignmentStatus.OPEN and assignment.takes_slot:
            release_slot(comparison, study)
        assignment.status = AssignmentStatus.CANCELLED
        assignment.ended_at = now
    session.flush()
