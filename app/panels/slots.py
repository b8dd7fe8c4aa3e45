"""Places of a panel: taken by a live lease or a valid vote, free again when either ends.

All changes of `slots_taken` go through here, so that the study's count of comparisons that still want a vote
follows in the same transaction. The study must be locked.
"""

from app.tables.studies import Comparison, Study
from benchmark.design import shuffle_key


def take_slot(comparison: Comparison, study: Study) -> None:
    """Take one place and draw the comparison's next tie-breaking key; a gold one has no panel to fill."""
    if comparison.is_gold:
        return
    comparison.slots_taken += 1
    comparison.draws += 1
    comparison.shuffle_key = shuffle_key(
        study.seed, comparison.matchup_id, comparison.pair_id, comparison.draws
    )
    if comparison.is_open and comparison.slots_taken == study.votes_per_comparison:
        study.unfilled_comparisons -= 1


def release_slot(comparison: Comparison, study: Study) -> None:
    if comparison.is_gold:
        return
    if comparison.is_open and comparison.slots_taken == study.votes_per_comparison:
        study.unfilled_comparisons += 1
    comparison.slots_taken -= 1


def close_comparison(comparison: Comparison, study: Study) -> None:
    """Close a comparison; its votes stay."""
    if comparison.is_open and has_free_slot(comparison, study):
        study.unfilled_comparisons -= 1
    comparison.is_open = False


def has_free_slot(comparison: Comparison, study: Study) -> bool:
    return comparison.slots_taken < study.votes_per_comparison
