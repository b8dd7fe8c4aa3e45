"""A metric as a column of a table. This module imports no large package."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Whether higher or lower values of a metric are better; `none` if neither is."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        name: the name in files and in the service.
        title: the title for readers.
        digits: the number of printed decimals.
    """

    name: str
    title: str
    direction: Direction
    digits: int = 3
