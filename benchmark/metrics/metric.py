"""Defines the type of a metric; each metric is a column of a table.

This module imports no large package, so that commands start fast.
"""

from dataclasses import dataclass

from benchmark.protocol import Direction


@dataclass(frozen=True)
class Metric:
    """A metric, with the names and the number format that tables use for the metric.

    Attributes:
        name: the metric's name in files and in the service.
        title: the metric's title in Markdown and LaTeX tables.
        digits: the number of printed decimals.
        percent: whether Markdown and LaTeX tables print 100 times the value, as the papers do.
    """

    name: str
    title: str
    direction: Direction
    digits: int = 3
    percent: bool = False
