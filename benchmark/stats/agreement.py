"""Computes inter-annotator agreement: percent, Fleiss' kappa, Krippendorff's alpha, Gwet's AC1.

A comparison has n votes; k of these votes are for one of the two answers:

    P_i   = (k(k-1) + (n-k)(n-k-1)) / (n(n-1)), the share of pairs of votes that agree
    P     = mean of P_i, percent agreement
    pi    = mean of k/n, the prevalence of the answer
    kappa = (P - Pe) / (1 - Pe), Pe = 1 - 2 pi (1 - pi)
    AC1   = (P - Pe) / (1 - Pe), Pe = 2 pi (1 - pi)
    alpha = 1 - (N-1) * sum_i [2k(n-k) / (n-1)] / (2 K (N-K)),   N: all votes, K: votes for the answer

Sources: J. L. Fleiss (1971), Psychological Bulletin 76(5), 378-382. K. Krippendorff (2011), Computing
Krippendorff's Alpha-Reliability. K. L. Gwet (2008), British J. Mathematical and Statistical Psychology
61(1), 29-48; Gwet's formulas are used if the number of votes differs between comparisons.
"""

from dataclasses import dataclass
from math import isnan

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray, distinct
from benchmark.stats.intervals import CONFIDENCE, Interval, normal_quantile

# A variance below this value is a rounding error. The true variance is 0, because all comparisons have the
# same outcome.
ROUNDING = 1e-24


@dataclass(frozen=True)
class Coefficient:
    """A measure of agreement.

    `value` is None if the coefficient is undefined. For example, kappa is undefined if all votes are for the
    same answer.

    `interval` is the 95 % jackknife interval over comparisons; None for fewer than two comparisons, or if the
    votes of all comparisons are divided in the same way, such as 4|1.
    """

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Agreement:
    """Agreement of votes on one yes-or-no question, for the comparisons that have at least two votes.

    Attributes:
        comparisons, votes: the number of comparisons and the number of votes from which the measures are
            computed.
        percent: the probability that two votes on the same comparison agree, averaged over comparisons, in
            [0, 1].
        complete: the number of comparisons where all votes agree, such as 5|0.
        partial: the number of comparisons where most votes agree, such as 4|1.
        split: the number of comparisons in which the votes are divided as evenly as possible, such as 3|2 for
            five votes or 2|2 for four votes.
        yes: the number of votes for the answer "yes".
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
    """Return the agreement of votes on one yes-or-no question.

    Args:
        yes: (comparisons,) number of votes for the answer "yes".
        votes: (comparisons,) number of votes; comparisons with fewer than two votes are ignored.
    """
    return group_agreements(yes, votes, np.zeros(len(votes), dtype=np.int64), 1)[0]


def group_agreements(yes: IntArray, votes: IntArray, group: IntArray, groups: int) -> list[Agreement]:
    """Return the agreement of votes in each group of comparisons.

    Args:
        yes, votes: see `agreement`.
        group: (comparisons,) the group of each comparison, in [0, groups).
        groups: the number of groups; all measures of a group without comparisons are None.
    """
    enough = votes >= 2
    yes, votes, group = yes[enough], votes[enough], group[enough]
    # A study has few distinct outcomes (k of n), so count the comparisons per outcome and group.
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
    # Convert to Python numbers, because reading single array elements is slow for thousands of groups.
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
    """Return three arrays of shape (groups, 4): the measures, and their lower and upper jackknife bounds.

    Undefined values are NaN.

    Comparisons with the same outcome are interchangeable. The jackknife therefore omits only one comparison
    per outcome, and weights the result by the number of comparisons with that outcome.
    """
    values = _coefficients(k, n, times)
    total = times.sum(axis=1)[:, None].astype(np.float64)
    without = _coefficients(k, n, times - np.eye(len(k), dtype=np.int64)[:, None])
    weights = times.T[:, :, None]
    # An outcome that does not occur in a group cannot be omitted from the group; its weight is 0.
    without = np.where(weights > 0, without, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weights * without).sum(axis=0) / total
        variance = (total - 1) / total * (weights * (without - mean) ** 2).sum(axis=0)
    half = normal_quantile(CONFIDENCE) * np.sqrt(np.where(variance > ROUNDING, variance, np.nan))
    return values, np.maximum(values - half, -1.0), np.minimum(values + half, 1.0)


def _coefficients(k: IntArray, n: IntArray, times: IntArray) -> FloatArray:
    """Return an array of shape (..., groups, 4): percent, kappa, alpha and AC1 of each group.

    Undefined values are NaN.

    Args:
        k: (outcomes,) number of yes votes.
        n: (outcomes,) number of votes.
        times: (..., groups, outcomes) number of comparisons with each outcome in each group.
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
    # If all votes are for the same answer, chance agreement is 1 and kappa is undefined.
    measures[(yes == 0) | (yes == votes), 1:3] = np.nan
    measures[comparisons <= 0] = np.nan
    return measures
