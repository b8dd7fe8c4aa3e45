"""Geometry of the results page: where bars end, which step of the heat scale a share falls on.

Only geometry is in percent of the width; text has a fixed size, so a phone stays readable.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.stats.rounding import tenths

# The longest small bar takes this share of its column; the rest holds its number.
LONGEST_BAR_PERCENT = 62.0
# A scale that ends below this would make a few votes look like many.
LEAST_SCALE_PERCENT = 10.0
# Steps of the heat scale begin here, in percent; below the first is the other side's clear win.
HEAT_BOUNDS = (25, 35, 45, 55, 65, 75)


@dataclass(frozen=True)
class CommonScale:
    """One scale for all small bars of a figure; `longest` is the rate, in percent, of the longest bar."""

    longest: float

    @classmethod
    def over(cls, rates: Iterable[float | None]) -> "CommonScale":
        known = [rate for rate in rates if rate is not None]
        return cls(max([LEAST_SCALE_PERCENT, *known]))

    def width(self, rate: float) -> float:
        """Return a bar's length in percent of its column.

        >>> CommonScale(40.0).width(20.0)
        31.0
        """
        return round(rate / self.longest * LONGEST_BAR_PERCENT, 1)


def whole_percent(count: int, total: int) -> int:
    """Return count/total in whole percent, half up on integers.

    >>> whole_percent(1, 8)
    13
    """
    return (200 * count + total) // (2 * total)


def heat_step(count: int, total: int) -> int:
    """Return the step of a share on the heat scale, from -3 (the other side) to 3 (the reference).

    >>> heat_step(1, 2), heat_step(9, 10)
    (0, 3)
    """
    return bisect_right(HEAT_BOUNDS, tenths(count, total) / 10) - 3
