"""How far people agreed, from tallies alone: percent, Fleiss' kappa, Krippendorff's alpha, Gwet's AC1.

With a comparison's n votes, k of them for the one answer:

    P_i   = (k(k-1) + (n-k)(n-k-1)) / (n(n-1))      agreeing pairs of votes among all pairs of votes
    P     = mean of P_i, percent agreement
    pi    = mean of k/n, how common the answer is
    kappa = (P - Pe) / (1 - Pe), Pe = 1 - 2 pi (1 - pi)
    AC1   = the same with Pe = 2 pi (1 - pi)
    alpha = 1 - (N-1) * sum_i [2k(n-k) / (n-1)] / (2 K (N-K)),   N votes in all, K for the one answer

Sources: J. L. Fleiss (1971), Psychological Bulletin 76(5), 378-382. K. Krippendorff (2011), Computing
Krippendorff's Alpha-Reliability. K. L. Gwet (2008), British J. Mathematical and Statistical Psychology
61(1), 29-48; its formulas are used where the number of votes differs between comparisons.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray
from benchmark.stats.intervals import CONFIDENCE, Interval, normal_quantile


@dataclass(frozen=True)
class Coefficient:
    """A measure of agreement; None where it is not defined (kappa, when everybody always said the same).

    `interval`: 95 %, jackknife over comparisons; None where they do not differ or are fewer than two.
    """

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Agreement:
    """Agreement on one yes-or-no question over the comparisons that have at least two votes.

    Attributes:
        comparisons, votes: how many went in.
        percent: agreeing pairs of votes among all pairs of votes, a share in [0, 1].
        complete, partial, split: comparisons where all agreed (5|0), some did not (4|1), or the votes
            divided as evenly as they could (3|2, and every tie).
        yes: votes for the one answer.
    """

    comparisons: int
    votes: int
    yes: int
    percent: Coefficient
    fleiss_kappa: Coefficient
    krippendorff_alpha: Coefficient
    gwet_ac1: Coefficient
    complete: int
    partial: int
    split: int


def agreement(yes: IntArray, votes: IntArray) -> Agreement:
    """Return the agreement on one question.

    Args:
        yes: (comparisons,) votes for the one answer.
        votes: (comparisons,) votes; comparisons with fewer than two are left out.
    """
    enough = votes >= 2
    yes, votes = yes[enough], votes[enough]
    # A study has few different outcomes (k of n), however many comparisons: count each once.
    stride = int(votes.max(initial=0)) + 1
    outcomes, times = np.unique(votes * stride + yes, return_counts=True)
    n, k = outcomes // stride, outcomes % stride
    minority = np.minimum(k, n - k)
    complete, split = int(times[minority == 0].sum()), int(times[minority == n // 2].sum())
    values = _with_intervals(k, n, times)
    return Agreement(
        comparisons=int(times.sum()),
        votes=int((n * times).sum()),
        yes=int((k * times).sum()),
        percent=values[0],
        fleiss_kappa=values[1],
        krippendorff_alpha=values[2],
        gwet_ac1=values[3],
        complete=complete,
        partial=int(times.sum()) - complete - split,
        split=split,
    )


def _with_intervals(k: IntArray, n: IntArray, times: IntArray) -> list[Coefficient]:
    """Return the four measures with a jackknife interval: each kind of outcome is left out once."""
    total = int(times.sum())
    if total == 0:
        return [Coefficient(None, None)] * 4
    values = _coefficients(k, n, times[None, :])[0]
    if total < 2:
        return [Coefficient(_number(value), None) for value in values]
    without = _coefficients(k, n, times - np.eye(len(times), dtype=np.int64))
    return [
        Coefficient(_number(value), _jackknife(value, without[:, column], times))
        for column, value in enumerate(values)
    ]


def _coefficients(k: IntArray, n: IntArray, times: IntArray) -> FloatArray:
    """Return (sets, 4): percent, kappa, alpha and AC1 of each set of outcomes; NaN where undefined.

    Args:
        k, n: (outcomes,) yes votes and votes.
        times: (sets, outcomes) how often each outcome is in the set.
    """
    comparisons = times.sum(axis=1)
    agreeing = times @ ((k * (k - 1) + (n - k) * (n - k - 1)) / (n * (n - 1))) / comparisons
    pi = times @ (k / n) / comparisons
    by_chance = 2 * pi * (1 - pi)
    votes, yes = times @ n, times @ k
    disagreeing = times @ (2 * k * (n - k) / (n - 1))
    expected = 2.0 * yes * (votes - yes)
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = (agreeing - 1 + by_chance) / by_chance
        alpha = 1 - (votes - 1) * disagreeing / expected
    ac1 = (agreeing - by_chance) / (1 - by_chance)
    unanimous = (yes == 0) | (yes == votes)
    kappa, alpha = np.where(unanimous, np.nan, kappa), np.where(unanimous, np.nan, alpha)
    return np.stack([agreeing, kappa, alpha, ac1], axis=1)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _jackknife(value: float, without: FloatArray, times: IntArray) -> Interval | None:
    total = int(times.sum())
    if np.isnan(value) or np.isnan(without).any():
        return None
    mean = float((times * without).sum()) / total
    variance = (total - 1) / total * float((times * (without - mean) ** 2).sum())
    if variance <= 0:
        return None
    half = normal_quantile(CONFIDENCE) * sqrt(variance)
    return Interval(max(-1.0, float(value) - half), min(1.0, float(value) + half))
