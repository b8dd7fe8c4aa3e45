"""Closes a matchup in a running study."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables.studies import Comparison, Matchup, Study
from app.tables.voting import Assignment, AssignmentStatus


def close_matchup(session: Session, *, matchup: Matchup, reason: str, now: datetime) -> None:
    """Hand out no more of a matchup; assignments in hand end, votes stay."""
    session.execute(select(Study.id).where(Study.id == matchup.study_id).with_for_update(key_share=True))
    matchup.closed_at = now
    matchup.close_reason = reason[:200]
    comparisons = session.scalars(select(Comparison).where(Comparison.matchup_id == matchup.id)).all()
    for comparison in comparisons:
        comparison.is_open = False
    in_hand = session.execute(
        select(Assignment, Comparison)
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .where(Comparison.matchup_id == matchup.id, Assignment.status == AssignmentStatus.OPEN)
    )
    for assignment, comparison in in_hand:
        assignment.status = AssignmentStatus.CANCELLED
        assignment.ended_at = now
        comparison.places_taken -= 1
    session.flush()
