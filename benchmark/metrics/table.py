"""Defines the table of a suite's scores: one row per clip, and the mean of each metric over pairs.

The scores of all seeds of a pair are averaged first, so that every pair has the same weight. The spread is
the standard deviation of the means per seed, as VBench and Physics-IQ require for several runs.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from benchmark.metrics.metric import Metric
from benchmark.metrics.vectors import MetricInputError

# A server measures each clip on its own. It states this reason for every metric that was not computed.
NO_SCORE = "No clip has a score."


@dataclass(frozen=True)
class ClipScores:
    """The scores of one clip in one suite of metrics.

    A metric that is not defined for the clip has no score. If the clip was refused, `refused` contains the
    reason. `facts` contains width, height, frames, seconds and bytes of the file; `facts` is empty if these
    numbers are unknown.
    """

    pair: str
    scenario: str
    seed: int
    values: Mapping[str, float]
    refused: Mapping[str, str]
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """The mean of one metric over the pairs of a table.

    Attributes:
        mean: the mean over pairs; None if no pair has a score.
        seed_sd: the standard deviation of the means per seed (`MetricTable.seed_means`); None for fewer than
            two seeds.
        pairs: the number of pairs with a score.
    """

    mean: float | None
    seed_sd: float | None
    pairs: int


@dataclass(frozen=True)
class Total:
    """A total score of a table, computed from the means of several metrics.

    Attributes:
        metric: the metric that defines the name and the number format of the score's column.
        value: the total score; None if a required mean does not exist.
        missing: the reason why the total score does not exist; an empty text if the total score exists.
        seed_sd: the standard deviation of the total scores per seed; None for fewer than two seeds.
    """

    metric: Metric
    value: float | None
    missing: str = ""
    seed_sd: float | None = None


@dataclass(frozen=True)
class MetricTable:
    """All scores of one submission in one suite.

    Attributes:
        suite: the name of the suite.
        settings: the settings that the scores depend on, such as backbones with revisions, transforms, frames
            and the version of TI2V Bench.
        metrics: the metrics of the suite; each metric is one column.
        clips: the scores of the clips, one row per clip.
        expected_pairs: the number of pairs in the benchmark; the table is partial if fewer pairs have a row.
        not_computed: the metrics that were not computed, each with the reason.
        totals: the total scores, computed from the means of several metrics.
        missing_clips: the number of clips of the submission that were not measured and have no row.
    """

    suite: str
    settings: Mapping[str, str]
    metrics: tuple[Metric, ...]
    clips: tuple[ClipScores, ...]
    expected_pairs: int
    not_computed: Mapping[str, str] = field(default_factory=dict)
    totals: tuple[Total, ...] = ()
    missing_clips: int = 0

    @property
    def is_partial(self) -> bool:
        return bool(self.missing_clips) or len({clip.pair for clip in self.clips}) < self.expected_pairs

    def summary(self, metric: str) -> Summary:
        """Return the mean of a metric over pairs.

        Raises:
            MetricInputError: the suite has no such metric.
        """
        if metric not in self._summaries:
            raise MetricInputError(f"The suite {self.suite} has no metric {metric}.")
        return self._summaries[metric]

    @cached_property
    def _summaries(self) -> Mapping[str, Summary]:
        """The summary of each metric.

        The result is cached, because a table with thousands of clips is printed several times.
        """
        return {metric.name: self._summary_of(metric.name) for metric in self.metrics}

    def _summary_of(self, metric: str) -> Summary:
        scored = [clip for clip in self.clips if metric in clip.values]
        by_pair = _groups(scored, metric, key="pair")
        return Summary(
            mean=statistics.fmean(map(statistics.fmean, by_pair.values())) if by_pair else None,
            seed_sd=seed_spread(self.seed_means(metric).values()),
            pairs=len(by_pair),
        )

    def seed_means(self, metric: str) -> Mapping[int, float]:
        """Return the mean of a metric for each seed, over the pairs that have a score for every seed.

        A pair that lacks a clip of some seed is left out. Without this rule, the means of two seeds would
        cover different pairs.
        """
        scored = [clip for clip in self.clips if metric in clip.values]
        seeds = sorted({clip.seed for clip in scored})
        by_pair = _groups(scored, metric, key="pair")
        complete = [clip for clip in scored if len(by_pair[clip.pair]) == len(seeds)]
        by_seed = _groups(complete, metric, key="seed")
        return {seed: statistics.fmean(by_seed[seed]) for seed in seeds if complete}


def seed_spread(means: Iterable[float]) -> float | None:
    """Return the standard deviation of the means per seed; None for fewer than two seeds."""
    values = list(means)
    return statistics.stdev(values) if len(values) > 1 else None


def _groups(clips: Sequence[ClipScores], metric: str, *, key: str) -> dict[object, list[float]]:
    found: defaultdict[object, list[float]] = defaultdict(list)
    for clip in clips:
        found[getattr(clip, key)].append(clip.values[metric])
    return dict(found)
