"""Computes the rows of the table `metrics`: the mean of each metric for each side of a study."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.metrics.metric import Metric
from benchmark.metrics.table import MetricTable
from benchmark.protocol import Direction


@dataclass(frozen=True)
class MetricMeanRow:
    """The mean of one metric of one side.

    Attributes:
        mean: the mean over pairs; None if no clip has a score.
        seed_sd: the standard deviation of the means per seed; None for fewer than two seeds.
        pairs: number of pairs with a score.
        expected_pairs: number of pairs in the benchmark.
        missing_clips: number of clips of the submission that were not measured.
        settings: a text with all settings that affect the score.
    """

    suite: str
    metric: str
    direction: Direction
    side: str
    mean: float | None
    seed_sd: float | None
    pairs: int
    expected_pairs: int
    missing_clips: int
    settings: str


def metric_mean_rows(table: MetricTable, side: str) -> Iterator[MetricMeanRow]:
    """Yield a row for each metric that was computed, and for each total score."""
    for metric in table.metrics:
        if metric.name not in table.not_computed:
            summary = table.summary(metric.name)
            yield _row(table, side, metric, summary.mean, summary.seed_sd, summary.pairs)
    pairs = len({clip.pair for clip in table.clips})
    for total in table.totals:
        yield _row(table, side, total.metric, total.value, total.seed_sd, pairs)


def _row(
    table: MetricTable, side: str, metric: Metric, mean: float | None, seed_sd: float | None, pairs: int
) -> MetricMeanRow:
    return MetricMeanRow(
        suite=table.suite,
        metric=metric.name,
        direction=metric.direction,
        side=side,
        mean=mean,
        seed_sd=seed_sd,
        pairs=pairs if mean is not None else 0,
        expected_pairs=table.expected_pairs,
        missing_clips=table.missing_clips,
        settings=", ".join(f"{name} {value}" for name, value in table.settings.items()),
    )
