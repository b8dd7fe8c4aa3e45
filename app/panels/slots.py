"""Slots of a comparison. Each live lease and each valid vote takes one slot of a comparison.

An assignment takes one slot if its `takes_slot` is true. Gold questions, repeats, quizzes, pilots and
previews take no slot. Only this module changes `slots_taken`. In the same transaction, this module updates
the study's number of comparisons that still need a vote. The study must be locked.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from app.prepared_statements import PreparedStatement
from app.tables.base import Base
from app.tables.studies import Comparison, Study
from benchmark.design import shuffle_key


@dataclass(frozen=True)
class FreeComparison:
    """An open comparison with a free slot."""

    id: int
    matchup_id: int
    pair_id: int
    draws: int


_comparisons = Base.metadata.tables["comparisons"]
# The statements add 1 to the stored `slots_taken`, or subtract 1. An outdated value in a comparison that was
# read earlier can therefore not overwrite a change of the same transaction.
_CHANGE = (
    update(_comparisons)
    .where(_comparisons.c.id == bindparam("comparison_id"))
    .returning(_comparisons.c.slots_taken, _comparisons.c.is_open)
)
_TAKE: PreparedStatement[int, bool] = PreparedStatement(
    _CHANGE.values(
        slots_taken=_comparisons.c.slots_taken + 1,
        draws=bindparam("new_draws"),
        shuffle_key=bindparam("new_key"),
    )
)
_RELEASE: PreparedStatement[int, bool] = PreparedStatement(
    _CHANGE.values(slots_taken=_comparisons.c.slots_taken - 1)
)


def take_slot(session: Session, comparison: Comparison | FreeComparison, study: Study) -> bool:
    """Take one slot of a comparison, and draw a new random key.

    Comparisons with the same rank are chosen in the order of their keys.

    Return whether the comparison still has a free slot (a place for a vote) afterwards.
    """
    draws = comparison.draws + 1
    key = shuffle_key(study.seed, comparison.matchup_id, comparison.pair_id, draws)
    taken, is_open = _TAKE.one(session, comparison_id=comparison.id, new_draws=draws, new_key=key)
    if is_open and taken == study.votes_per_comparison:
        study.unfilled_comparisons -= 1
    return bool(taken < study.votes_per_comparison)


def release_slot(session: Session, comparison_id: int, study: Study) -> None:
    taken, is_open = _RELEASE.one(session, comparison_id=comparison_id)
    if is_open and taken == study.votes_per_comparison - 1:
        study.unfilled_comparisons += 1


def close_comparison(comparison: Comparison, study: Study) -> None:
    """Close a comparison and keep the comparison's votes."""
    if comparison.is_open and has_free_slot(comparison, study):
        study.unfilled_comparisons -= 1
    comparison.is_open = False


def has_free_slot(comparison: Comparison, study: Study) -> bool:
    return comparison.slots_taken < study.votes_per_comparison
