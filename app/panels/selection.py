"""Selects an annotator's next comparison, and the submission shown on the left.

Pairs that are new to the annotator come first, because an annotator who sees a clip in nine matchups would
learn to recognise the clip. Among equally new pairs, comparisons with the fewest valid votes and live leases
come first. Ties are broken at random with the study's stored seed.
"""

from dataclasses import dataclass

from sqlalchemy import ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is
from benchmark.design import is_reference_left
from benchmark.protocol import AssignmentPurpose, Side

# The same annotator may get a comparison again after the assignment expired or the vote was undone.
MET = (AssignmentStatus.OPEN, AssignmentStatus.VOTED, AssignmentStatus.SKIPPED)
HOLDING_A_SLOT = (AssignmentStatus.OPEN, AssignmentStatus.VOTED)


@dataclass(frozen=True)
class HiddenComparison:
    """A gold question or a repeat, which looks like any other comparison."""

    comparison: Comparison
    left_side: Side
    purpose: AssignmentPurpose


@dataclass(frozen=True)
class Chosen:
    """The chosen comparison, and the number of its taken slots that show each side on the left."""

    comparison: Comparison
    reference_left: int
    other_left: int


def _left(side: Side) -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(
            Assignment.comparison_id == Comparison.id,
            status_is(*HOLDING_A_SLOT),
            Assignment.takes_slot.is_(True),
            Assignment.left_side == side,
        )
        .correlate(Comparison)
        .scalar_subquery()
    )


def _next(which: InstrumentedAttribute[int], met: InstrumentedAttribute[int]) -> Select[Comparison, int, int]:
    met_before = select(met).where(Assignment.annotator_id == bindparam("annotator_id"), status_is(*MET))
    return (
        select(Comparison, _left(Side.REFERENCE), _left(Side.OTHER))
        .where(
            Comparison.study_id == bindparam("study_id"),
            Comparison.is_open.is_(True),
            Comparison.slots_taken < bindparam("panel"),
            which.not_in(met_before),
        )
        .order_by(Comparison.slots_taken, Comparison.shuffle_key)
        .limit(1)
    )


# Statements are built once, because building a statement takes longer than running it.
_ON_A_NEW_PAIR = _next(Comparison.pair_id, Assignment.pair_id)
_NOT_MET = _next(Comparison.id, Assignment.comparison_id)


def choose_comparison(session: Session, *, study: Study, annotator_id: int, met_pairs: int) -> Chosen | None:
    """Return the next comparison, or None if no comparison is left for this annotator.

    Args:
        met_pairs: the number of different pairs that this annotator has seen in the study.
    """
    given = {"study_id": study.id, "panel": study.votes_per_comparison, "annotator_id": annotator_id}
    row = session.execute(_ON_A_NEW_PAIR, given).one_or_none() if met_pairs < study.pairs else None
    row = row or session.execute(_NOT_MET, given).one_or_none()
    return Chosen(*row) if row else None


def choose_left_side(chosen: Chosen, study: Study) -> Side:
    """Return the side that was on the left less often in this comparison. The seed breaks ties."""
    if chosen.reference_left != chosen.other_left:
        return Side.REFERENCE if chosen.reference_left < chosen.other_left else Side.OTHER
    comparison = chosen.comparison
    is_left = is_reference_left(study.seed, comparison.matchup_id, comparison.pair_id, comparison.draws)
    return Side.REFERENCE if is_left else Side.OTHER
