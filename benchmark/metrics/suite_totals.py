"""Computes the total scores of a suite from the means of its metrics."""

from collections.abc import Callable, Mapping

from benchmark.metrics.metric import Metric
from benchmark.metrics.table import MetricTable, Total
from benchmark.metrics.vbench_total import i2v_score, quality_score, vbench_totals
from benchmark.metrics.vectors import MetricInputError


def suite_totals(table: MetricTable, columns: tuple[Metric, ...]) -> tuple[Total, ...]:
    """Return the total scores of a table. A total that needs a missing mean has the reason instead."""
    means = {metric.name: table.summary(metric.name).mean for metric in table.metrics}
    known = {name: mean for name, mean in means.items() if mean is not None}
    return tuple(_total(column, known) for column in columns)


def _total(column: Metric, known: Mapping[str, float]) -> Total:
    try:
        return Total(column, _FORMULAS[column.name](known))
    except MetricInputError as error:
        return Total(column, None, str(error))


_FORMULAS: Mapping[str, Callable[[Mapping[str, float]], float]] = {
    "quality_score": quality_score,
    "i2v_score": i2v_score,
    "total_score": lambda dimensions: vbench_totals(dimensions).total,
}
