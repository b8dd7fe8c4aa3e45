"""Computes the total scores of a suite from the means of its metrics."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from benchmark.metrics.metric import Metric
from benchmark.metrics.table import MetricTable, Total, seed_spread
from benchmark.metrics.vbench_total import i2v_score, quality_score, vbench_totals
from benchmark.metrics.vectors import MetricInputError


def suite_totals(table: MetricTable, columns: tuple[Metric, ...]) -> tuple[Total, ...]:
    """Return the total scores of a table. If a required mean is missing, the total contains the reason."""
    means = {metric.name: table.summary(metric.name).mean for metric in table.metrics}
    known = {name: mean for name, mean in means.items() if mean is not None}
    by_seed: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for name in known:
        for seed, mean in table.seed_means(name).items():
            by_seed[seed][name] = mean
    return tuple(_total(column, known, by_seed.values()) for column in columns)


def _total(column: Metric, known: Mapping[str, float], by_seed: Iterable[Mapping[str, float]]) -> Total:
    formula = _FORMULAS[column.name]
    try:
        value = formula(known)
    except MetricInputError as error:
        return Total(column, None, str(error))
    values = []
    for means in by_seed:
        with suppress(MetricInputError):  # a seed that lacks a dimension
            values.append(formula(means))
    return Total(column, value, seed_sd=seed_spread(values))


_FORMULAS: Mapping[str, Callable[[Mapping[str, float]], float]] = {
    "quality_score": quality_score,
    "i2v_score": i2v_score,
    "total_score": lambda dimensions: vbench_totals(dimensions).total,
}
