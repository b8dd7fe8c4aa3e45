"""Closes a matchup in a running study."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.slots import close_comparison, release_slot
from app.security.participants import lock_study
from app.tables.studies import Comparison, Matchup
from app.tables.voting import Assignment, AssignmentStatus


def close_matchup(session: Session, *, matchup: Matchup, reason: str, now: datetime) -> None:
    """Close a matchup: cancel its open assignments, prevent new assignments, and keep the votes."""
    study = lock_study(session, matchup.study_id)
    matchup.closed_at = now
    matchup.close_reason = reason[:200]
    comparisons = session.scalars(select(Comparison).where(Comparison.matchup_id == matchup.id)).all()
    for comparison in comparisons:
        close_comparison(comparison, study)
    in_hand = session.scalars(
        select(Assignment)
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .where(Comparison.matchup_id == matchup.id, Assignment.status == AssignmentStatus.OPEN)
    )
    for assignment in in_hand.all():
        assignment.status = AssignmentStatus.CANCELLED
        assignment.ended_at = now
        if assignment.takes_slot:
            release_slot(session, assignment.comparison_id, study)
    session.flush()
