"""SQL expressions for the votes that a comparison has, and for the votes that it needs."""

from sqlalchemy import ColumnElement, case

from app.tables.studies import Comparison, Matchup, Study
from benchmark.protocol import StudyKind


def counted_votes() -> ColumnElement[int]:
    """Return how many of a comparison's votes count."""
    return Comparison.votes_reference + Comparison.votes_other


def wanted_votes() -> ColumnElement[int]:
    """Return the number of votes at which the panel of a comparison is full.

    The query must join the matchup and the study of the comparison. A matchup that was closed early, and a
    study of imported or automatic votes, need no more votes.
    """
    needs_no_more = Matchup.closed_at.is_not(None) | (Study.kind != StudyKind.HUMAN)
    return case((needs_no_more, counted_votes()), else_=Study.votes_per_comparison)
