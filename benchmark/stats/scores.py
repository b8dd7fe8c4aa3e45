"""Counts pairs and votes to compute TI2V scores and justification rates, for any groups of comparisons.

The definitions are those of arXiv:2412.16153 and reproduce the paper's tables (see docs/statistics.md):

    TI2V score(m) = pairs whose strict majority of valid votes chose m / decided pairs
    justification rate(m, r) = valid votes that chose m and ticked r / all valid votes of the matchup

A pair with equally many votes for each side is undecided. The score's denominator does not include undecided
pairs; undecided pairs are counted separately. Votes on undecided pairs count in the justification rates.
Pairs without votes are not counted at all, because a votes table contains no row for such a pair.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.tallies import JUSTIFICATIONS, SIDES, Tallies


@dataclass(frozen=True)
class Counts:
    """The numbers of pairs and votes in each group of comparisons.

    Every array except `reasons` has the shape (groups,).

    Attributes:
        won_reference, won_other, undecided: numbers of pairs; a pair without votes is in none of these
            numbers.
        votes_reference, votes_other: numbers of valid votes.
        reasons: (groups, 4 justifications, 2 sides), the numbers of votes that give a justification.
    """

    won_reference: IntArray
    won_other: IntArray
    undecided: IntArray
    votes_reference: IntArray
    votes_other: IntArray
    reasons: IntArray

    @cached_property
    def decided(self) -> IntArray:
        return self.won_reference + self.won_other

    @cached_property
    def votes(self) -> IntArray:
        return self.votes_reference + self.votes_other


def count_groups(tallies: Tallies, group: IntArray, groups: int) -> Counts:
    """Return the counts of each group of comparisons.

    Args:
        tallies: the tallies of n comparisons.
        group: (n,) the group of each comparison, in [0, groups).
        groups: the number of groups; the counts of an empty group are 0.
    """
    lead, voted = tallies.lead, tallies.votes > 0
    reasons = np.empty((groups, len(JUSTIFICATIONS), len(SIDES)), dtype=np.int64)
    for reason in range(len(JUSTIFICATIONS)):
        for side in range(len(SIDES)):
            reasons[:, reason, side] = _sum(group, tallies.reasons[:, reason, side], groups)
    return Counts(
        won_reference=np.bincount(group[lead > 0], minlength=groups),
        won_other=np.bincount(group[lead < 0], minlength=groups),
        undecided=np.bincount(group[voted & (lead == 0)], minlength=groups),
        votes_reference=_sum(group, tallies.votes_reference, groups),
        votes_other=_sum(group, tallies.votes_other, groups),
        reasons=reasons,
    )


def count_matchups(tallies: Tallies, matchups: int) -> Counts:
    """Return the counts of each matchup."""
    return count_groups(tallies, tallies.matchup, matchups)


def _sum(group: IntArray, values: IntArray, groups: int) -> IntArray:
    # bincount adds floats, which are exact for integers below 2^53.
    return np.bincount(group, weights=values, minlength=groups).astype(np.int64)
