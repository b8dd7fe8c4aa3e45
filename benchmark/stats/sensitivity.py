"""Computes a score's sensitivity to images, scenarios or annotators: cluster bootstrap and leave-one-out.

A Wilson interval over pairs assumes independent pairs, but 320 pairs share 88 images, and a few annotators
cast many votes. The cluster bootstrap resamples whole images, scenarios or annotators; leave-one-out omits
one image, scenario or annotator at a time.

The bootstrap determines only the width of the interval, not the centre. A resample of annotators contains
fewer distinct annotators than the study, and majorities of fewer votes give scores closer to 50 %. A
percentile interval of the bootstrap would therefore be biased and would often not contain the score. Instead,
the variance of the resampled scores is converted to an effective number of independent pairs. With this
number of independent pairs, a score would have the same variance as the resampled scores. This calculation
assumes that the mean of the resampled scores is the true score. The interval is the Wilson interval around
the score for this effective number of pairs (see `stats.averages`).

Sources: A. C. Cameron and D. L. Miller (2015), J. Human Resources 50(2), 317-372, on clusters; Franco et al.
(2019), see `stats.averages`, on the number of independent pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from benchmark.stats.arrays import BoolArray, FloatArray, IntArray
from benchmark.stats.intervals import clopper_pearson, wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.scores import count_groups
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import UNKNOWN, Matchup

RESAMPLES = 2000
FEWEST_CLUSTERS = 5
NO_VARIANCE = 1e-12


class Cluster(StrEnum):
    """The kind of cluster by which votes are grouped: image, scenario or annotator.

    All votes of a cluster are resampled or omitted together.
    """

    IMAGE = "image"
    SCENARIO = "scenario"
    ANNOTATOR = "annotator"


@dataclass(frozen=True)
class SensitivityRow:
    """The sensitivity of the reference's TI2V score in one matchup. All shares are in percent.

    Attributes:
        clusters: the number of clusters with votes in the matchup.
        wilson_low, wilson_high, exact_low, exact_high: 95 % Wilson and Clopper-Pearson intervals over pairs,
            to compare with the bootstrap interval; None if no pair is decided.
        ci_low, ci_high: 95 % interval by cluster bootstrap. None if there are fewer than five clusters, or if
            one side won every decided pair, because all resamples then give the same score.
        lowest, highest: the lowest and the highest leave-one-out score; None if no decided pair is left,
            whichever cluster is omitted.
        lowest_without, highest_without: the cluster whose omission gives `lowest`, and the cluster whose
            omission gives `highest`.
    """

    study: str | None
    matchup: str
    cluster: Cluster
    clusters: int
    ti2v_score_reference: float | None
    wilson_low: float | None
    wilson_high: float | None
    exact_low: float | None
    exact_high: float | None
    ci_low: float | None
    ci_high: float | None
    lowest: float | None
    lowest_without: str | None
    highest: float | None
    highest_without: str | None


def sensitivity_of_pairs(
    tallies: Tallies,
    matchups: Sequence[Matchup],
    cluster: Cluster,
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> list[SensitivityRow]:
    """Return one row per matchup, or no rows if the clusters (images or scenarios) are unknown.

    Raises:
        ValueError: the cluster is the annotator; use `stats.annotator_sensitivity` instead.
    """
    if cluster is Cluster.ANNOTATOR:
        raise ValueError("tallies do not contain annotators")
    voted = tallies.select(tallies.votes > 0)
    codes, names = (
        (voted.image, voted.images) if cluster is Cluster.IMAGE else (voted.scenario, voted.scenarios)
    )
    if not len(codes) or (codes == UNKNOWN).any():
        return []
    codes, names = _in_alphabetical_order(codes, names)
    shape = (len(names), len(matchups))
    counts = count_groups(voted, codes * len(matchups) + voted.matchup, len(names) * len(matchups))
    won, lost = counts.won_reference.reshape(shape), counts.won_other.reshape(shape)
    without = LeaveOneOut(won.sum(axis=0) - won, lost.sum(axis=0) - lost, counts.votes.reshape(shape) > 0)
    shares = _bootstrap_clusters(won, lost, rng, resamples)
    return sensitivity_rows(matchups, cluster, names, without, (won.sum(axis=0), lost.sum(axis=0)), shares)


def _in_alphabetical_order(codes: IntArray, names: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Return the names that have a code in `codes`, in alphabetical order, and new codes for these names.

    The fixed order makes resamples reproducible.
    """
    occurring = sorted(set(codes.tolist()), key=lambda code: names[code])
    place = np.empty(len(names), dtype=np.int64)
    place[occurring] = np.arange(len(occurring))
    return place[codes], tuple(names[code] for code in occurring)


@dataclass(frozen=True)
class LeaveOneOut:
    """The results of each matchup if the votes of one cluster are omitted. Arrays are (clusters, matchups).

    Attributes:
        won, lost: the numbers of pairs that the reference won and lost.
        voted: whether the omitted cluster has votes in the matchup.
    """

    won: IntArray
    lost: IntArray
    voted: BoolArray


def _bootstrap_clusters(
    won: IntArray, lost: IntArray, rng: np.random.Generator, resamples: int
) -> FloatArray:
    """Return the TI2V score of each matchup in each resample, (resamples, matchups).

    Each resample draws as many clusters as the study has, with replacement.
    """
    clusters = len(won)
    weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples).astype(np.float64)
    return scores_of(weights @ won, weights @ lost)


def scores_of(won: FloatArray | IntArray, lost: FloatArray | IntArray) -> FloatArray:
    """Return won / decided; NaN if no pair is decided."""
    with np.errstate(invalid="ignore"):
        share: FloatArray = won / (won + lost)
    return share


def sensitivity_rows(
    matchups: Sequence[Matchup],
    cluster: Cluster,
    names: Sequence[str],
    without: LeaveOneOut,
    totals: tuple[IntArray, IntArray],
    shares: FloatArray,
) -> list[SensitivityRow]:
    """Return the rows of the sensitivity table, one per matchup.

    `totals` contains the numbers of pairs won and lost if no cluster is omitted. `shares`,
    (resamples, matchups), contains the score of each matchup in each resample.
    """
    return [
        _row(
            matchup,
            cluster,
            names,
            _at(without, index),
            (int(totals[0][index]), int(totals[1][index])),
            shares[:, index],
        )
        for index, matchup in enumerate(matchups)
    ]


def _at(without: LeaveOneOut, matchup: int) -> LeaveOneOut:
    return LeaveOneOut(without.won[:, matchup], without.lost[:, matchup], without.voted[:, matchup])


def _row(
    matchup: Matchup,
    cluster: Cluster,
    names: Sequence[str],
    without: LeaveOneOut,
    totals: tuple[int, int],
    shares: FloatArray,
) -> SensitivityRow:
    clusters = int(without.voted.sum())
    low, high = _bounds(shares, clusters, totals)
    left = np.flatnonzero(without.voted & (without.won + without.lost > 0))
    scores = without.won[left] / (without.won + without.lost)[left]
    lowest = int(left[scores.argmin()]) if len(left) else None
    highest = int(left[scores.argmax()]) if len(left) else None
    return SensitivityRow(
        study=matchup.study,
        matchup=matchup.name,
        cluster=cluster,
        clusters=clusters,
        ti2v_score_reference=percent(totals[0], totals[0] + totals[1]),
        **_intervals_over_pairs(*totals),
        ci_low=low,
        ci_high=high,
        lowest=_score_without(without, lowest),
        lowest_without=None if lowest is None else names[lowest],
        highest=_score_without(without, highest),
        highest_without=None if highest is None else names[highest],
    )


def _intervals_over_pairs(won: int, lost: int) -> dict[str, float | None]:
    if not won + lost:
        return dict.fromkeys(("wilson_low", "wilson_high", "exact_low", "exact_high"))
    headline, exact = wilson(won, won + lost), clopper_pearson(won, won + lost)
    return {
        "wilson_low": percent_of_bound(headline.low),
        "wilson_high": percent_of_bound(headline.high),
        "exact_low": percent_of_bound(exact.low),
        "exact_high": percent_of_bound(exact.high),
    }


def _score_without(without: LeaveOneOut, cluster: int | None) -> float | None:
    if cluster is None:
        return None
    won, lost = int(without.won[cluster]), int(without.lost[cluster])
    return percent(won, won + lost)


def _bounds(shares: FloatArray, clusters: int, totals: tuple[int, int]) -> tuple[float | None, float | None]:
    drawn = shares[~np.isnan(shares)]
    if clusters < FEWEST_CLUSTERS or 0 in totals or len(drawn) < 2:
        return None, None
    mean, variance = float(drawn.mean()), float(drawn.var(ddof=1))
    if variance < NO_VARIANCE:
        return None, None
    pairs = mean * (1 - mean) / variance
    interval = wilson(totals[0] / sum(totals) * pairs, pairs)
    return percent_of_bound(interval.low), percent_of_bound(interval.high)
