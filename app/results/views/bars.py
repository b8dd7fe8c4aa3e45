"""Computes the bar lengths of the results figure, in percent of the available width.

Text has a fixed size, so that text stays readable on a phone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# The length of the longest small bar, in percent of the column. The remaining width is for the number next to
# the bar.
LONGEST_BAR_PERCENT = 62.0
# A bar gets the full length only if its rate is at least this high, so that a few votes never get a long bar.
MIN_SCALE_PERCENT = 10.0


@dataclass(frozen=True)
class CommonScale:
    """The scale that all small bars of a figure share.

    `longest` is the rate, in percent, of the longest bar.
    """

    longest: float

    @classmethod
    def over(cls, rates: Iterable[float | None]) -> "CommonScale":
        known = [rate for rate in rates if rate is not None]
        return cls(max([MIN_SCALE_PERCENT, *known]))

    def width(self, rate: float) -> float:
        """Return the length of a bar in percent of its column.

        >>> CommonScale(40.0).width(20.0)
        31.0
        """
        return round(rate / self.longest * LONGEST_BAR_PERCENT, 1)
