"""Computes the exact sign test, and Holm's correction for several tests.

Source: S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
"""

from collections.abc import Sequence
from functools import lru_cache


def sign_test(won: int, lost: int) -> float:
    """Return the exact two-sided p-value of the sign test of won against lost pairs.

    Under the null hypothesis, each pair is won with a probability of 1/2:
    P = 2 * sum_{i <= min(won, lost)} C(n, i) / 2^n, at most 1. Like the TI2V score, the test does not include
    undecided pairs. Without decided pairs, the p-value is 1.

    >>> sign_test(5, 0)
    0.0625

    Raises:
        ValueError: a count is negative.
    """
    if won < 0 or lost < 0:
        raise ValueError(f"{won} won and {lost} lost are not counts")
    return _two_sided(min(won, lost), won + lost)


@lru_cache(maxsize=4096)
def _two_sided(fewer: int, total: int) -> float:
    if 2 * fewer == total:
        return 1.0
    # Use integer arithmetic, which is exact and does not need scipy. The web server should not load scipy.
    term, tail = 1, 1
    for step in range(1, fewer + 1):
        term = term * (total - step + 1) // step
        tail += term
    p_value: float = 2 * tail / 2**total
    return min(1.0, p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values in their original order, adjusted by Holm's method.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    count = len(p_values)
    adjusted = [0.0] * count
    running = 0.0
    for rank, index in enumerate(sorted(range(count), key=lambda index: p_values[index])):
        running = max(running, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = running
    return adjusted
