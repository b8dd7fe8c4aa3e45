"""Computes confidence intervals of a share of pairs: Wilson (reported), Clopper-Pearson (conservative).

Sources: E. B. Wilson (1927), JASA 22(158), 209-212. C. J. Clopper and E. S. Pearson (1934), Biometrika
26(4), 404-413.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """The two bounds of an interval, with low <= high."""

    low: float
    high: float


@lru_cache(maxsize=1024)
def normal_quantile(confidence: float) -> float:
    """Return z such that a standard normal variable is within +-z with the given probability."""
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence must be between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(count: float, total: float, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the Wilson score interval of the share count/total; bounds are in [0, 1].

    The interval is defined even if the count is 0 or equals the total. Counts may be fractional, such as an
    effective number of pairs (`stats.averages`).

    >>> wilson(202, 320)
    Interval(low=0.577..., high=0.682...)

    Raises:
        ValueError: total is not positive, or count is not in [0, total].
    """
    _check_share(count, total)
    z = normal_quantile(confidence)
    share, z2 = count / total, z * z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = z / (1 + z2 / total) * sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == total else min(1.0, middle + half)
    return Interval(low, high)


def clopper_pearson(count: int, total: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the exact binomial interval of count/total, with a coverage of at least `confidence`.

    Raises:
        ValueError: total is not positive, or count is not in [0, total].
    """
    from scipy.special import betaincinv

    _check_share(count, total)
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, total - count + 1, tail))
    high = 1.0 if count == total else float(betaincinv(count + 1, total - count, 1 - tail))
    return Interval(low, high)


def _check_share(count: float, total: float) -> None:
    if total <= 0 or not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is not a share")
