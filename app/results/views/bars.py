"""Bar lengths of the results figure.

Only the geometry is in percent of the width. Text has a fixed size, so it stays readable on a phone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# Length of the longest small bar, in percent of the column. The rest is for the number after the bar.
LONGEST_BAR_PERCENT = 62.0
# A smaller scale would give long bars to few votes.
MIN_SCALE_PERCENT = 10.0


@dataclass(frozen=True)
class CommonScale:
    """Common scale of all small bars of a figure. `longest` is the rate, in percent, of the longest bar."""

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
