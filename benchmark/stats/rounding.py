"""Computes percentages with one decimal, rounded half up in integer arithmetic, as in the paper.

Python's round() and format() round half to even. Python therefore gives 63.7, 41.2 and 36.2, but the paper
prints 63.8, 41.3 and 36.3. For example, 204/320 is exactly 63.75 %.
"""

from fractions import Fraction
from math import floor

import numpy as np

from benchmark.stats.arrays import IntArray

NOISE_DIGITS = 9


def tenths(count: int, total: int) -> int:
    """Return count/total in tenths of a percent, rounded half up.

    >>> tenths(204, 320)
    638

    Raises:
        ValueError: total is not positive, or count is not in [0, total].
    """
    if total <= 0 or not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is not a share")
    return (2000 * count + total) // (2 * total)


def percent(count: int, total: int) -> float | None:
    """Return count/total in percent with one decimal. If the total is 0, return None."""
    return tenths(count, total) / 10 if total else None


def percents(counts: IntArray, totals: IntArray) -> list[float | None]:
    """Return `percent(counts[i], totals[i])` for each index i.

    Args:
        counts, totals: arrays of shape (n,).

    Raises:
        ValueError: a count is negative or greater than the total at the same index.
    """
    if ((counts < 0) | (counts > totals)).any():
        raise ValueError("every count must be between 0 and its total")
    shares = (2000 * counts + totals) // np.maximum(2 * totals, 1) / 10
    return [share if total else None for share, total in zip(shares.tolist(), totals.tolist(), strict=True)]


def percent_of_share(share: Fraction) -> float:
    """Return an exact share in [0, 1] as a percentage with one decimal, rounded half up."""
    return tenths(share.numerator, share.denominator) / 10


def percent_of_bound(bound: float) -> float:
    """Return an interval's bound, a share in [0, 1], as a percentage with one decimal, rounded half up."""
    return floor(without_noise(1000 * bound) + 0.5) / 10


def without_noise(value: float) -> float:
    """Round off the last digits of a value; these digits depend on the order of floating-point additions.

    Call `without_noise` before you round to few digits. Without this call, two values that should be equal
    may be rounded to different numbers.
    """
    return round(value, NOISE_DIGITS)


def significant(value: float, digits: int = 10) -> float:
    """Return the value rounded to `digits` significant digits.

    With the default of ten digits, the rounded value is the same on every machine.
    """
    return float(f"{value:.{digits}g}")
