"""Selects an annotator's next comparison, and the submission shown on the left.

Pairs that are new to the annotator come first, because an annotator who sees a clip in nine matchups would
learn to recognise the clip. If several pairs are equally new to the annotator, pairs of the study's first
batch come first. Within a batch, comparisons with the fewest valid votes and live leases come first; a study
may prefer the matchup with the fewest votes instead. Ties are broken at random with the study's stored seed.
"""

from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.panels.allocation import study_allocation
from app.panels.phases import QUIZ_POSITION
from app.panels.slots import FreeComparison
from app.panels.wanted_votes import counted_votes
from app.prepared_statements import PreparedStatement
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is
from benchmark.design import is_reference_left
from benchmark.protocol import AssignmentPurpose, Balance, Side

# The same annotator may get a comparison again after the assignment expired or the vote was undone.
MET = (AssignmentStatus.OPEN, AssignmentStatus.VOTED, AssignmentStatus.SKIPPED)
HOLDING_A_SLOT = (AssignmentStatus.OPEN, AssignmentStatus.VOTED)
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class ChosenComparison:
    """The comparison to show next. Gold questions and repeats look like all other comparisons."""

    comparison: Comparison | FreeComparison
    left_side: Side
    purpose: AssignmentPurpose


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


# For each matchup, the number of votes that were cast; leases do not count.
_COMPLETE = (
    select(Comparison.matchup_id, func.sum(counted_votes()).label("votes"))
    .where(Comparison.study_id == bindparam("study_id"), Comparison.is_gold.is_(False))
    .group_by(Comparison.matchup_id)
    .subquery()
)


def _next(
    which: InstrumentedAttribute[int], met: InstrumentedAttribute[int], balance: Balance
) -> PreparedStatement[int, int, int, int, int, int]:
    columns = select(
        Comparison.id,
        Comparison.matchup_id,
        Comparison.pair_id,
        Comparison.draws,
        _left(Side.REFERENCE).label("reference_left"),
        _left(Side.OTHER).label("other_left"),
    )
    if balance is Balance.COMPARISONS:
        first_free = _first_free(columns, which, met)
        return PreparedStatement(
            first_free.order_by(Comparison.batch, Comparison.slots_taken, Comparison.shuffle_key)
        )
    # The inner query sorts all free comparisons, so it selects only the id, which keeps the sorted rows
    # small.
    ids = select(Comparison.id).join(_COMPLETE, _COMPLETE.c.matchup_id == Comparison.matchup_id)
    first = _first_free(ids, which, met).order_by(
        Comparison.batch, _COMPLETE.c.votes, Comparison.slots_taken, Comparison.shuffle_key
    )
    return PreparedStatement(columns.where(Comparison.id == first.correlate(None).scalar_subquery()))


def _first_free(
    query: Select[*Columns], which: InstrumentedAttribute[int], met: InstrumentedAttribute[int]
) -> Select[*Columns]:
    """Restrict a query to one open comparison that has a free slot and that the annotator has not seen."""
    met_before = select(met).where(Assignment.annotator_id == bindparam("annotator_id"), status_is(*MET))
    return query.where(
        Comparison.study_id == bindparam("study_id"),
        Comparison.is_open.is_(True),
        Comparison.slots_taken < bindparam("panel"),
        which.not_in(met_before),
    ).limit(1)


_ON_A_NEW_PAIR = {balance: _next(Comparison.pair_id, Assignment.pair_id, balance) for balance in Balance}
_NOT_MET = {balance: _next(Comparison.id, Assignment.comparison_id, balance) for balance in Balance}
_MET_PAIRS = PreparedStatement(
    select(func.count(Assignment.pair_id.distinct())).where(
        Assignment.annotator_id == bindparam("annotator_id"),
        status_is(*MET),
        Assignment.position > QUIZ_POSITION,
    )
)


def choose_comparison(
    session: Session, *, study: Study, annotator_id: int, shown: int
) -> ChosenComparison | None:
    """Return the next comparison, or None if no comparison is left for this annotator.

    The left side shows the submission that was on the left less often in this comparison. The seed breaks
    ties.

    Args:
        shown: the number of comparisons that this annotator was shown.
    """
    if not study.unfilled_comparisons:
        return None
    balance = study_allocation(study).balance
    given = {"study_id": study.id, "panel": study.votes_per_comparison, "annotator_id": annotator_id}
    row = None
    # An annotator who was shown fewer comparisons than the study has pairs has not seen every pair.
    if shown < study.pairs or _met_pairs(session, annotator_id) < study.pairs:
        row = _ON_A_NEW_PAIR[balance].first(session, **given)
    row = row or _NOT_MET[balance].first(session, **given)
    if row is None:
        return None
    *columns, reference_left, other_left = row
    comparison = FreeComparison(*columns)
    if reference_left == other_left:
        is_left = is_reference_left(study.seed, comparison.matchup_id, comparison.pair_id, comparison.draws)
    else:
        is_left = reference_left < other_left
    return ChosenComparison(comparison, Side.REFERENCE if is_left else Side.OTHER, AssignmentPurpose.VOTE)


def _met_pairs(session: Session, annotator_id: int) -> int:
    """Return the number of different pairs that an annotator has seen in the study."""
    (pairs,) = _MET_PAIRS.one(session, annotator_id=annotator_id)
    return pairs
