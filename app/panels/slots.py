"""Slots of a comparison. Each live lease and each valid vote takes one slot of a comparison.

An assignment takes one slot if its `takes_slot` is true. Gold questions, repeats, quizzes, pilots and
previews take no slot. Only this module changes `slots_taken`. In the same transaction, this module updates
the study's number of comparisons that still need a vote. The study must be locked.
"""

from app.tables.studies import Comparison, Study
from benchmark.design import shuffle_key


def take_slot(comparison: Comparison, study: Study) -> None:
    """Take one slot of a comparison, and draw the random key that breaks the comparison's next tie."""
    comparison.slots_taken += 1
    comparison.draws += 1
    comparison.shuffle_key = shuffle_key(
        study.seed, comparison.matchup_id, comparison.pair_id, comparison.draws
    )
    if comparison.is_open and comparison.slots_taken == study.votes_per_comparison:
        study.unfilled_comparisons -= 1


def release_slot(comparison: Comparison, study: Study) -> None:
    if comparison.is_open and comparison.slots_taken == study.votes_per_comparison:
        study.unfilled_comparisons += 1
    comparison.slots_taken -= 1


def close_comparison(comparison: Comparison, study: Study) -> None:
    """Close a comparison and keep the comparison's votes."""
    if comparison.is_open and has_free_slot(comparison, study):
        study.unfilled_comparisons -= 1
    comparison.is_open = False


def has_free_slot(comparison: Comparison, study: Study) -> bool:
    return comparison.slots_taken < study.votes_per_comparison
