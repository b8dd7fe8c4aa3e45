"""Which comparison an annotator gets next, and which side stands left.

Fewest valid votes and live leases first; ties broken at random from the study's stored seed; a pair this
annotator has not met before any other (the same clip in nine matchups teaches itself).
"""

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus
from benchmark.design import reference_stands_left
from benchmark.protocol import Side

# An assignment that expired or was undone may come back to the same annotator.
MET = (AssignmentStatus.OPEN, AssignmentStatus.VOTED, AssignmentStatus.SKIPPED)
TAKING_A_PLACE = (AssignmentStatus.OPEN, AssignmentStatus.VOTED)


def choose_comparison(session: Session, *, study: Study, annotator_id: int) -> Comparison | None:
    """Return the comparison that needs a vote most, or None when nothing is left for this annotator."""
    met_pair = Assignment.pair_id == Comparison.pair_id
    met_comparison = Assignment.comparison_id == Comparison.id
    for met in (met_pair, met_comparison):
        found = session.scalar(
            select(Comparison)
            .where(*_has_places(study), ~_met(annotator_id, met))
            .order_by(Comparison.places_taken, Comparison.shuffle_key)
            .limit(1)
        )
        if found is not None:
            return found
    return None


def remaining_comparisons(session: Session, *, study: Study, annotator_id: int) -> int:
    """Count the comparisons with places left that this annotator has not met."""
    of_those_met = session.execute(
        select(func.count(Assignment.comparison_id.distinct()))
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .where(Assignment.annotator_id == annotator_id, Assignment.status.in_(MET), *_has_places(study))
    ).scalar_one()
    return study.comparisons_wanting - of_those_met


def choose_left_side(session: Session, *, comparison: Comparison, study: Study) -> Side:
    """Return the side that stood left less often in this comparison; at a tie, a coin from the seed."""
    counts = dict(
        session.execute(
            select(Assignment.left_side, func.count())
            .where(Assignment.comparison_id == comparison.id, Assignment.status.in_(TAKING_A_PLACE))
            .group_by(Assignment.left_side)
        ).all()
    )
    reference, other = counts.get(Side.REFERENCE, 0), counts.get(Side.OTHER, 0)
    if reference != other:
        return Side.REFERENCE if reference < other else Side.OTHER
    is_left = reference_stands_left(study.seed, comparison.matchup_id, comparison.pair_id, comparison.draws)
    return Side.REFERENCE if is_left else Side.OTHER


def _has_places(study: Study) -> tuple[ColumnElement[bool], ...]:
    return (
        Comparison.study_id == study.id,
        Comparison.is_open.is_(True),
        Comparison.places_taken < study.votes_per_comparison,
    )


def _met(annotator_id: int, same: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Assignment.annotator_id == annotator_id, same, Assignment.status.in_(MET))
