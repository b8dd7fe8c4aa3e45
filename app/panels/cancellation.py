"""Cancels an annotator's assignments in a running study and releases the slots of these assignments."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.slots import release_slot
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus, status_is


def cancel_assignments(session: Session, *, annotator_id: int, study: Study, now: datetime) -> None:
    """Cancel the open and expired assignments of an annotator. The caller must have locked the study."""
    assignments = session.scalars(
        select(Assignment).where(
            Assignment.annotator_id == annotator_id,
            status_is(AssignmentStatus.OPEN, AssignmentStatus.EXPIRED),
        )
    )
    for assignment in assignments.all():
        if assignment.status is AssignmentStatus.OPEN and assignment.takes_slot:
            release_slot(session, assignment.comparison_id, study)
        assignment.status = AssignmentStatus.CANCELLED
        assignment.ended_at = now
    session.flush()
