"""Geometry of the results page: where bars end.

Only geometry is in percent of the width; text has a fixed size, so a phone stays readable.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# The longest small bar takes this share of its column; the rest holds its number.
LONGEST_BAR_PERCENT = 62.0
# A scale that ends below this would make a few votes look like many.
LEAST_SCALE_PERCENT = 10.0


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
