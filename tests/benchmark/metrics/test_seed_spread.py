"""The spread over seeds, compared with values computed by hand."""

from statistics import stdev

import pytest

from benchmark.exports.metric_files import NamedTable, metric_tables_bytes
from benchmark.metrics.metric import Metric
from benchmark.metrics.suite_totals import suite_totals
from benchmark.metrics.table import ClipScores, MetricTable
from benchmark.metrics.vbench_total import QUALITY, quality_score
from benchmark.metrics.vectors import MetricInputError
from benchmark.protocol import Direction, MetricFormat

SHARPNESS = Metric("sharpness", "Sharpness", Direction.HIGHER)


def table(*clips: ClipScores, metrics: tuple[Metric, ...] = (SHARPNESS,)) -> MetricTable:
    return MetricTable("motion", {"v": "1"}, metrics, clips, expected_pairs=2)


def clip(pair: str, seed: int, **values: float) -> ClipScores:
    return ClipScores(pair, "kite", seed, values, {})


def test_the_spread_is_that_of_one_mean_per_seed() -> None:
    scores = table(
        clip("a", 0, sharpness=1),
        clip("b", 0, sharpness=3),
        clip("a", 1, sharpness=4),
        clip("b", 1, sharpness=6),
    )

    summary = scores.summary("sharpness")

    # Means per seed: 2 and 5.
    assert (summary.mean, summary.seed_sd) == (3.5, pytest.approx(stdev([2, 5])))


def test_a_pair_that_lacks_a_seed_counts_in_the_mean_and_not_in_the_spread() -> None:
    scores = table(clip("a", 0, sharpness=1), clip("a", 1, sharpness=2), clip("b", 0, sharpness=100))

    summary = scores.summary("sharpness")

    assert (summary.mean, summary.seed_sd) == (50.75, pytest.approx(stdev([1, 2])))
    assert table(clip("a", 0, sharpness=1), clip("b", 1, sharpness=2)).summary("sharpness").seed_sd is None


def test_a_total_has_the_spread_of_its_value_per_seed() -> None:
    first, second = dict.fromkeys(QUALITY, 0.5), dict.fromkeys(QUALITY, 0.8)
    metrics = tuple(Metric(name, name, Direction.HIGHER) for name in QUALITY)
    scores = table(clip("a", 0, **first), clip("a", 1, **second), metrics=metrics)

    (total,) = suite_totals(scores, (Metric("quality_score", "Quality", Direction.HIGHER),))

    assert total.value == pytest.approx(quality_score(dict.fromkeys(QUALITY, 0.65)))
    assert total.seed_sd == pytest.approx(stdev([quality_score(first), quality_score(second)]))


def test_rows_with_different_settings_are_refused() -> None:
    one, other = table(clip("a", 0, sharpness=1)), MetricTable("motion", {"v": "2"}, (SHARPNESS,), (), 2)

    with pytest.raises(MetricInputError, match=r"scores of other and one .* different settings"):
        metric_tables_bytes([NamedTable("one", one), NamedTable("other", other)], MetricFormat.MARKDOWN)
