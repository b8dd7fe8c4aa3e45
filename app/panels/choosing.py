"""Which comparison an annotator gets next, and which side stands left.

Fewest valid votes and live leases first; ties broken at random from the study's stored seed; a pair this
annotator has not met before any other (the same clip in nine matchups teaches itself).
"""

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus
from benchmark.design import reference_stands_left
from benchmark.protocol import Side

# An assignment that expired or was undone may come back to the same annotator.
MET = (AssignmentStatus.OPEN, AssignmentStatus.VOTED, AssignmentStatus.SKIPPED)
TAKING_A_PLACE = (AssignmentStatus.OPEN, AssignmentStatus.VOTED)


def _next(which: InstrumentedAttribute[int], met: InstrumentedAttribute[int]) -> Select[Comparison]:
    met_before = select(met).where(
        Assignment.annotator_id == bindparam("annotator_id"), Assignment.status.in_(MET)
    )
    return (
        select(Comparison)
        .where(
            Comparison.study_id == bindparam("study_id"),
            Comparison.is_open.is_(True),
            Comparison.places_taken < bindparam("panel"),
            which.not_in(met_before),
        )
        .order_by(Comparison.places_taken, Comparison.shuffle_key)
        .limit(1)
    )


# Statements are built once: building one takes longer than running it.
_ON_A_NEW_PAIR = _next(Comparison.pair_id, Assignment.pair_id)
_NOT_MET = _next(Comparison.id, Assignment.comparison_id)
# Asked by key, SQLite looks up the few that were met; asked by study, it would walk all that have places.
_MET_WITH_PLACES = (
    select(func.count())
    .select_from(Comparison)
    .where(
        Comparison.id.in_(
            select(Assignment.comparison_id).where(
                Assignment.annotator_id == bindparam("annotator_id"), Assignment.status.in_(MET)
            )
        ),
        Comparison.is_open.is_(True),
        Comparison.places_taken < bindparam("panel"),
    )
)
_LEFT_SIDES = (
    select(Assignment.left_side, func.count().label("shown"))
    .where(Assignment.comparison_id == bindparam("comparison_id"), Assignment.status.in_(TAKING_A_PLACE))
    .group_by(Assignment.left_side)
)


def choose_comparison(
    session: Session, *, study: Study, annotator_id: int, met_pairs: int
) -> Comparison | None:
    """Return the comparison that needs a vote most, or None when nothing is left for this annotator.

    Args:
        met_pairs: different pairs this annotator has met in the study.
    """
    given = {"study_id": study.id, "panel": study.votes_per_comparison, "annotator_id": annotator_id}
    on_a_new_pair = session.scalar(_ON_A_NEW_PAIR, given) if met_pairs < study.pairs else None
    return on_a_new_pair or session.scalar(_NOT_MET, given)


def remaining_comparisons(session: Session, *, study: Study, annotator_id: int) -> int:
    """Count the comparisons with places left that this annotator has not met."""
    given = {"panel": study.votes_per_comparison, "annotator_id": annotator_id}
    of_those_met = session.execute(_MET_WITH_PLACES, given).scalar_one()
    return study.comparisons_wanting - of_those_met


def choose_left_side(session: Session, *, comparison: Comparison, study: Study) -> Side:
    """Return the side that stood left less often in this comparison; at a tie, a coin from the seed."""
    rows = session.execute(_LEFT_SIDES, {"comparison_id": comparison.id}).all()
    counts = {row.left_side: row.shown for row in rows}
    reference, other = counts.get(Side.REFERENCE, 0), counts.get(Side.OTHER, 0)
    if reference != other:
        return Side.REFERENCE if reference < other else Side.OTHER
    is_left = reference_stands_left(study.seed, comparison.matchup_id, comparison.pair_id, comparison.draws)
    return Side.REFERENCE if is_left else Side.OTHER
