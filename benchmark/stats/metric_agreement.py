"""Computes the agreement of a metric with people: how often the metric prefers the side with most votes.

The statistical unit is a decided comparison: one pair of one matchup, with a strict majority of votes. The
metric chooses the side with the better score; equal scores count as half an agreement. Comparisons of one
image are not independent, so the interval comes from a bootstrap over images. The variance of the resampled
shares gives an effective number of comparisons; the interval is the Wilson interval for this number (see
`stats.sensitivity`).

Rank correlations use one data point per model. The correlations compare a model's mean score with the share
of decided comparisons that the model won; mean and share are computed from the same comparisons. Sources: C.
Spearman (1904), American J. of Psychology 15(1), 72-101; M. G. Kendall (1945), Biometrika 33(3), 239-251
(tau-b).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from benchmark.stats.arrays import FloatArray, IntArray
from benchmark.stats.intervals import Interval, wilson
from benchmark.stats.sensitivity import FEWEST_CLUSTERS, NO_VARIANCE, RESAMPLES

FEWEST_MODELS = 3
SEED = 20


@dataclass(frozen=True)
class MetricComparisons:
    """The decided comparisons and a metric's scores for both sides, one array entry per comparison.

    Attributes:
        lead: 1 if most votes are for the reference, -1 if most are for the other side.
        reference, other: codes of the two models.
        score_reference, score_other: the metric's scores; higher is better.
        cluster: code of the image.
    """

    lead: IntArray
    reference: IntArray
    other: IntArray
    score_reference: FloatArray
    score_other: FloatArray
    cluster: IntArray

    def __post_init__(self) -> None:
        if not np.isin(self.lead, (-1, 1)).all():
            raise ValueError("every comparison must be decided: lead is 1 or -1")
        if not np.isfinite([self.score_reference, self.score_other]).all():
            raise ValueError("every score must be a finite number")

    def __len__(self) -> int:
        return len(self.lead)

    def select(self, chosen: npt.ArrayLike) -> Self:
        """Return only the comparisons that a mask or an index array selects."""
        picked = np.asarray(chosen)
        return replace(self, **{name: value[picked] for name, value in vars(self).items()})

    @property
    def agreement(self) -> FloatArray:
        """Per comparison: 1 if the metric chooses the side with most votes, 0.5 for equal scores, else 0."""
        return np.asarray((1 + self.lead * np.sign(self.score_reference - self.score_other)) / 2)


@dataclass(frozen=True)
class Agreement:
    """The agreement of a metric with the votes of people.

    Attributes:
        comparisons: number of decided comparisons for which both clips have a score of the metric.
        ties: number of comparisons, among `comparisons`, in which both clips have equal scores.
        accuracy: share of comparisons in which the side with most votes also has the better score; a tie
            counts as half a comparison. None without comparisons.
        interval: 95 % interval over images; None for fewer than five images, or if `accuracy` is 0 or 1.
        models: number of models.
        spearman, kendall: rank correlations over models; None for fewer than three models, or if all models
            have the same mean.
        matchups: number of matchups in which one model won more comparisons than the other.
        same_winner: number of matchups, among `matchups`, in which the metric prefers the clips of the winner
            more often than the clips of the other model.
    """

    comparisons: int
    ties: int
    accuracy: float | None
    interval: Interval | None
    models: int
    spearman: float | None
    kendall: float | None
    matchups: int
    same_winner: int


def metric_agreement(
    comparisons: MetricComparisons, *, rng: np.random.Generator | None = None, resamples: int = RESAMPLES
) -> Agreement:
    """Return the agreement of a metric with the votes over all given comparisons."""
    agreement = comparisons.agreement
    people, metric = model_scores(comparisons)
    spearman, kendall = rank_correlations(people, metric)
    matchups, same_winner = winners(comparisons)
    return Agreement(
        comparisons=len(comparisons),
        ties=int((agreement == 0.5).sum()),
        accuracy=float(agreement.mean()) if len(agreement) else None,
        interval=cluster_interval(
            agreement, comparisons.cluster, rng=rng or np.random.default_rng(SEED), resamples=resamples
        ),
        models=len(people),
        spearman=spearman,
        kendall=kendall,
        matchups=matchups,
        same_winner=same_winner,
    )


def cluster_interval(
    values: FloatArray, cluster: IntArray, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> Interval | None:
    """Return the 95 % interval of a mean of shares in [0, 1], by a bootstrap over clusters.

    Args:
        values: (n,) values in [0, 1].
        cluster: (n,) code of each value's cluster.
    """
    _, place = np.unique(cluster, return_inverse=True)
    clusters = int(place.max(initial=-1)) + 1
    if clusters < FEWEST_CLUSTERS:
        return None
    sums = np.bincount(place, weights=values, minlength=clusters)
    sizes = np.bincount(place, minlength=clusters).astype(np.float64)
    weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples).astype(np.float64)
    shares = (weights @ sums) / (weights @ sizes)
    mean, variance = float(shares.mean()), float(shares.var(ddof=1))
    if variance < NO_VARIANCE or not 0 < mean < 1:
        return None
    effective = mean * (1 - mean) / variance
    return wilson(min(float(values.mean()) * effective, effective), effective)


def model_scores(comparisons: MetricComparisons) -> tuple[FloatArray, FloatArray]:
    """Return each model's share of won comparisons, and each model's mean score."""
    model = np.concatenate([comparisons.reference, comparisons.other])
    won = np.concatenate([comparisons.lead > 0, comparisons.lead < 0]).astype(np.float64)
    score = np.concatenate([comparisons.score_reference, comparisons.score_other])
    _, place = np.unique(model, return_inverse=True)
    counts = np.bincount(place)
    return np.bincount(place, weights=won) / counts, np.bincount(place, weights=score) / counts


def winners(comparisons: MetricComparisons) -> tuple[int, int]:
    """Return how many matchups have a winner, and in how many of these the metric has the same winner.

    The winner is the model that won more of the decided comparisons. The metric's winner is the model that
    has the better score in more of the decided comparisons.
    """
    models = np.stack([comparisons.reference, comparisons.other])
    _, place = np.unique(models, axis=1, return_inverse=True)
    people = np.sign(np.bincount(place.ravel(), weights=comparisons.lead))
    preferred = np.sign(comparisons.score_reference - comparisons.score_other)
    metric = np.sign(np.bincount(place.ravel(), weights=preferred))
    return int((people != 0).sum()), int(((people != 0) & (people == metric)).sum())


def rank_correlations(
    people: Sequence[float] | FloatArray, metric: Sequence[float] | FloatArray
) -> tuple[float | None, float | None]:
    """Return Spearman's rho and Kendall's tau-b; a correlation that is not defined is None."""
    if len(people) < FEWEST_MODELS or np.ptp(people) == 0 or np.ptp(metric) == 0:
        return None, None
    from scipy.stats import kendalltau, spearmanr

    return float(spearmanr(people, metric).statistic), float(kendalltau(people, metric).statistic)


@dataclass(frozen=True)
class StaticPreference:
    """How often a metric prefers a pair's static clip (a clip in which nothing moves) to a model's clip.

    Attributes:
        clips: the number of compared clips. A clip is compared if the clip and the static clip of its pair
            have scores.
        preferred: number of clips, among `clips`, with a worse score than the static clip of the same pair.
    """

    clips: int
    preferred: int

    @property
    def share(self) -> float | None:
        return self.preferred / self.clips if self.clips else None


def static_preference(scores: FloatArray, static: FloatArray) -> StaticPreference:
    """Count how often a static clip scores better than a model's clip of the same pair.

    Args:
        scores: (clips,) scores of models.
        static: (clips,) scores of the static clips of the same pairs.
    """
    return StaticPreference(len(scores), int((static > scores).sum()))
