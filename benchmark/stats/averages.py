"""Computes a reference's average score over matchups (72 % in the paper's Figure 4), with its interval.

Every matchup has the same weight, regardless of how many pairs the matchup has. All matchups use the same
pairs, so the scores of the matchups are not independent. The variance of the average is therefore a sum over
pairs; each term is one pair's contribution from all matchups. The variance gives an effective number of
independent pairs; the interval is the Wilson interval for this number. Source: C. Franco, R. J. A. Little, T.
A. Louis and E. V. Slud (2019), J. Survey Statistics and Methodology 7(3), 334-364.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray
from benchmark.stats.intervals import Interval, wilson
from benchmark.stats.scores import Counts
from benchmark.stats.tallies import Tallies


@dataclass(frozen=True)
class MacroAverage:
    """The average of one reference's TI2V scores over all matchups of this reference.

    Attributes:
        share: the exact average, in [0, 1].
        interval: the 95 % interval of the average; pairs are treated as a random sample, matchups as fixed.
        effective_pairs: the number of independent pairs for which a Wilson interval has the width of
            `interval`.
    """

    share: Fraction
    interval: Interval
    effective_pairs: float


def macro_average(tallies: Tallies, matchups: IntArray, counts: Counts) -> MacroAverage | None:
    """Return the average TI2V score over the matchups that have decided pairs.

    Return None if no matchup has a decided pair.

    Args:
        tallies: the comparisons of a study.
        matchups: the indices of the matchups to average over.
        counts: the counts of every matchup of the study.
    """
    chosen = [index for index in matchups.tolist() if counts.decided[index]]
    if not chosen:
        return None
    shares = [Fraction(int(counts.won_reference[i]), int(counts.decided[i])) for i in chosen]
    share = sum(shares, Fraction(0)) / len(shares)
    influence, pairs = _influence_by_pair(tallies, chosen, counts.won_reference, counts.decided)
    effective = _effective_pairs(float(share), influence, pairs)
    return MacroAverage(share, wilson(float(share) * effective, effective), effective)


def _influence_by_pair(
    tallies: Tallies, chosen: list[int], won: IntArray, decided: IntArray
) -> tuple[FloatArray, int]:
    """Return the contribution of each pair to the average's deviation, and the number of decided pairs."""
    used = np.flatnonzero(np.isin(tallies.matchup, chosen) & (tallies.lead != 0))
    matchup, pair, won_it = tallies.matchup[used], tallies.pair[used], tallies.lead[used] > 0
    share = won / np.maximum(decided, 1)
    deviation = (won_it - share[matchup]) / (decided[matchup] * len(chosen))
    influence = np.bincount(pair, weights=deviation, minlength=len(tallies.pairs)).astype(np.float64)
    return influence, int(np.count_nonzero(np.bincount(pair)))


def _effective_pairs(share: float, influence: FloatArray, pairs: int) -> float:
    spread = share * (1 - share)
    variance = float((influence**2).sum()) * pairs / max(pairs - 1, 1)
    # If the variance is 0 (such as for 320 of 320), use the actual number of pairs.
    if spread <= 0 or variance <= spread * 1e-12:
        return float(pairs)
    return spread / variance
