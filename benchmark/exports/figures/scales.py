"""Converts shares to whole percentages and to colour steps of the heat scale."""

from bisect import bisect_right

from benchmark.stats.rounding import tenths

# Lower bounds, in percent, of the heat scale's steps. Below the first bound, the other side wins clearly.
HEAT_BOUNDS = (25, 35, 45, 55, 65, 75)


# Cells with fewer decided pairs are not shown, because their share is mostly noise.
MIN_DECIDED = 5


def whole_percent(count: int, total: int) -> int:
    """Return count/total in percent, rounded to a whole number (half up).

    >>> whole_percent(1, 8)
    13
    """
    return (200 * count + total) // (2 * total)


def heat_step(count: int, total: int) -> int:
    """Return a share's colour step on the heat scale, from -3 (other side wins) to 3 (reference wins).

    >>> heat_step(1, 2), heat_step(9, 10)
    (0, 3)
    """
    return bisect_right(HEAT_BOUNDS, tenths(count, total) / 10) - 3
