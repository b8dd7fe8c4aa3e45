"""A metric as a column of a table; imports nothing heavy."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which end of a metric is good; `none` where neither is."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True)
class Metric:
    """One column.

    Attributes:
        name: in files and the service.
        title: for readers.
        digits: decimals printed.
    """

    name: str
    title: str
    direction: Direction
    digits: int = 3
