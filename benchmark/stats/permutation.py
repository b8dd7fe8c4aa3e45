"""A sign-flip permutation test for one justification, exact.

The question: is a reason ticked more for the reference than for the other side? Ticks of one pair hang
together (the same two clips, five people), so two proportions over single votes would find too much.
The pair is the unit: were the sides exchangeable, each pair's difference could as well have the other
sign. Source: E. J. G. Pitman (1937), Supplement to the J. Royal Statistical Society 4(1), 119-130.

The differences are small whole numbers, so nothing is drawn at random: the distribution of the sum over
all 2^n flips is computed, through its characteristic function prod_i cos(d_i t / 2).
"""

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray

SMALLEST_P = 1e-12  # below it the Fourier sum is rounding noise; the true value is at most this


def sign_flip_test(differences: IntArray) -> float:
    """Return the two-sided p-value of sum(differences) under all flips of their signs.

    Args:
        differences: (pairs,) ticks for the reference less ticks for the other side.

    Returns:
        a value in [1e-12, 1]; 1e-12 stands for "at most 1e-12". Without any difference, 1.
    """
    sizes = np.bincount(np.abs(differences[differences != 0]))
    reach = int((sizes * np.arange(len(sizes))).sum())
    observed = abs(int(differences.sum()))
    if reach == 0 or observed == 0:
        return 1.0
    # The sum of the positive parts is (reach + sum) / 2, so the upper tail starts here.
    upper = float(_positive_part(sizes, reach)[(reach + observed) // 2 :].sum())
    return min(1.0, max(SMALLEST_P, 2 * upper))


def _positive_part(sizes: IntArray, reach: int) -> FloatArray:
    """Return P(sum of the differences that came out positive = 0, 1, ..., reach), each sign a fair coin.

    Args:
        sizes: sizes[v] pairs differ by v.
        reach: sum of v * sizes[v].
    """
    points = reach + 1
    turn = np.pi * np.arange(points // 2 + 1) / points
    magnitude = np.ones_like(turn)
    for size in np.flatnonzero(sizes).tolist():
        magnitude *= np.cos(size * turn) ** int(sizes[size])
    return np.fft.irfft(magnitude * np.exp(-1j * turn * reach), n=points)
