"""Tenths of a percent, rounded half up on integers, as the paper prints them.

Python's round() and format() print 63.7, 41.2 and 36.2 where the paper prints 63.8, 41.3 and 36.3:
204/320 is exactly 63.75 %, and they round a half to the even digit.
"""

from fractions import Fraction
from math import floor

import numpy as np

from benchmark.stats.arrays import IntArray

NOISE_DIGITS = 9


def tenths(count: int, total: int) -> int:
    """Return count/total in tenths of a percent, half up.

    >>> tenths(204, 320)
    638

    Raises:
        ValueError: total is not positive, or count is not in [0, total].
    """
    if total <= 0 or not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is not a share")
    return (2000 * count + total) // (2 * total)


def percent(count: int, total: int) -> float | None:
    """Return count/total in percent at one decimal; None where the total is 0, a share of nothing."""
    return tenths(count, total) / 10 if total else None


def percents(counts: IntArray, totals: IntArray) -> list[float | None]:
    """Return `percent` of each count, all at once.

    Args:
        counts, totals: (n,)

    Raises:
        ValueError: a count is not in [0, its total].
    """
    if ((counts < 0) | (counts > totals)).any():
        raise ValueError("a share has at most as many as its total, and no fewer than none")
    shares = (2000 * counts + totals) // np.maximum(2 * totals, 1) / 10
    return [share if total else None for share, total in zip(shares.tolist(), totals.tolist(), strict=True)]


def percent_of_share(share: Fraction) -> float:
    """Return an exact share in [0, 1] in percent at one decimal, half up."""
    return tenths(share.numerator, share.denominator) / 10


def percent_of_bound(bound: float) -> float:
    """Return the bound of an interval, a share in [0, 1], in percent at one decimal, half up."""
    return floor(without_noise(1000 * bound) + 0.5) / 10


def without_noise(value: float) -> float:
    """Return the value without the last digits of a float, which differ with the order of an addition.

    To be used before rounding to few digits: else two equal halves may fall to different sides.
    """
    return round(value, NOISE_DIGITS)


def significant(value: float, digits: int = 10) -> float:
    """Return the value at that many significant digits.

    Ten are more than anybody needs and few enough to be the same bytes on every machine.
    """
    return float(f"{value:.{digits}g}")
