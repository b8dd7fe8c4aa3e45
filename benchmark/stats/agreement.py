"""Inter-annotator agreement from tallies: percent, Fleiss' kappa, Krippendorff's alpha, Gwet's AC1.

A comparison has n votes, k of them for one of the two answers:

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
from math import isnan

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray, distinct
from benchmark.stats.intervals import CONFIDENCE, Interval, normal_quantile

ROUNDING = 1e-24  # a smaller variance is rounding error: all comparisons have the same outcome


@dataclass(frozen=True)
class Coefficient:
    """A measure of agreement; None if it is undefined (such as kappa when all votes are the same).

    `interval`: 95 %, jackknife over comparisons; None for fewer than two or identical comparisons.
    """

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Agreement:
    """Agreement on one yes-or-no question over the comparisons that have at least two votes.

    Attributes:
        comparisons, votes: the number of comparisons and votes included.
        percent: agreeing pairs of votes among all pairs of votes, a share in [0, 1].
        complete, partial, split: the number of comparisons where all votes agree (5|0), most agree (4|1), or
            the votes are as even as possible (3|2, and every tie).
        yes: votes for the answer "yes".
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
        yes: (comparisons,) votes for the answer "yes".
        votes: (comparisons,) votes; comparisons with fewer than two are ignored.
    """
    return group_agreements(yes, votes, np.zeros(len(votes), dtype=np.int64), 1)[0]


def group_agreements(yes: IntArray, votes: IntArray, group: IntArray, groups: int) -> list[Agreement]:
    """Return the agreement of each group of comparisons.

    Args:
        yes, votes: as in `agreement`.
        group: (comparisons,) in [0, groups).
        groups: the number of groups; a group without comparisons has no measures.
    """
    enough = votes >= 2
    yes, votes, group = yes[enough], votes[enough], group[enough]
    # A study has few distinct outcomes (k of n), so count the comparisons of each outcome and group.
    stride = int(votes.max(initial=0)) + 1
    outcomes, place = distinct(votes * stride + yes)
    n, k = outcomes // stride, outcomes % stride
    size = groups * len(outcomes)
    times = np.bincount(group * len(outcomes) + place, minlength=size).reshape(groups, len(outcomes))
    minority = np.minimum(k, n - k)
    counts = (
        *(times.sum(axis=1), times @ n, times @ k),
        *(times[:, minority == 0].sum(axis=1), times[:, minority == n // 2].sum(axis=1)),
    )
    # Python numbers: access to single array elements is slow, and there may be thousands of groups.
    numbers = zip(*(count.tolist() for count in counts), strict=True)
    bounds = np.stack(_with_bounds(k, n, times), axis=2).tolist()
    return [_agreement(measures, *of_group) for measures, of_group in zip(bounds, numbers, strict=True)]


def _agreement(
    bounds: list[list[float]], comparisons: int, votes: int, yes: int, complete: int, split: int
) -> Agreement:
    measures = [_coefficient(*of_measure) for of_measure in bounds]
    return Agreement(
        comparisons=comparisons,
        votes=votes,
        yes=yes,
        percent=measures[0],
        fleiss_kappa=measures[1],
        krippendorff_alpha=measures[2],
        gwet_ac1=measures[3],
        complete=complete,
        partial=comparisons - complete - split,
        split=split,
    )


def _coefficient(value: float, low: float, high: float) -> Coefficient:
    if isnan(value):
        return Coefficient(None, None)
    return Coefficient(value, None if isnan(low) else Interval(low, high))


def _with_bounds(k: IntArray, n: IntArray, times: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (groups, 4) measures and the bounds of their jackknife intervals; NaN where undefined.

    Comparisons with the same outcome are interchangeable, so the jackknife omits one of each outcome.
    """
    values = _coefficients(k, n, times)
    total = times.sum(axis=1)[:, None].astype(np.float64)
    without = _coefficients(k, n, times - np.eye(len(k), dtype=np.int64)[:, None])
    weights = times.T[:, :, None]
    # An outcome that a group does not have cannot be omitted from it: its weight is 0.
    without = np.where(weights > 0, without, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weights * without).sum(axis=0) / total
        variance = (total - 1) / total * (weights * (without - mean) ** 2).sum(axis=0)
    half = normal_quantile(CONFIDENCE) * np.sqrt(np.where(variance > ROUNDING, variance, np.nan))
    return values, np.maximum(values - half, -1.0), np.minimum(values + half, 1.0)


def _coefficients(k: IntArray, n: IntArray, times: IntArray) -> FloatArray:
    """Return (..., groups, 4): percent, kappa, alpha and AC1 of each group of outcomes; NaN where undefined.

    Args:
        k, n: (outcomes,) yes votes and votes.
        times: (..., groups, outcomes) how often each outcome is in the group.
    """
    votes, yes = times @ n, times @ k
    with np.errstate(divide="ignore", invalid="ignore"):
        comparisons = times.sum(axis=-1)
        agreeing = times @ ((k * (k - 1) + (n - k) * (n - k - 1)) / (n * (n - 1))) / comparisons
        pi = times @ (k / n) / comparisons
        by_chance = 2 * pi * (1 - pi)
        disagreeing = times @ (2 * k * (n - k) / (n - 1))
        kappa = (agreeing - 1 + by_chance) / by_chance
        alpha = 1 - (votes - 1) * disagreeing / (2.0 * yes * (votes - yes))
        ac1 = (agreeing - by_chance) / (1 - by_chance)
    measures = np.stack([agreeing, kappa, alpha, ac1], axis=-1)
    # If all votes give the same answer, agreement by chance is 1 and kappa is undefined.
    measures[(yes == 0) | (yes == votes), 1:3] = np.nan
    measures[comparisons <= 0] = np.nan
    return measures
