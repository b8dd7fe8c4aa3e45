"""Computes the exact sign-flip permutation test for one justification.

The test checks whether voters give a reason more often for one side of a matchup than for the other side.
Votes on one pair are correlated, so a test that treats votes as independent would give p-values that are too
small. The unit of the sign-flip test is the pair. Under the null hypothesis the two sides are exchangeable,
so the sign of each pair's difference is random. Source: E. J. G. Pitman (1937), Supplement to the J. Royal
Statistical Society 4(1), 119-130.

The differences of the pairs are small integers. The exact distribution of the sum of the differences over all
2^n sign flips is therefore computed from the characteristic function prod_i cos(d_i t / 2), without sampling.
"""

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray

SMALLEST_P = (
    1e-12  # a Fourier sum below this value is a rounding error; the true p-value is at most this value
)


def sign_flip_test(differences: IntArray) -> float:
    """Return the two-sided p-value of sum(differences) under all combinations of signs.

    Args:
        differences: (pairs,) integers: the number of votes that give the reason for the reference, minus the
            number of votes that give the reason for the other side.

    Returns:
        The p-value, in [1e-12, 1]; 1e-12 means "at most 1e-12". The p-value is 1 if all differences are 0.
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
    """Return the probabilities that, for random signs, the positive differences sum to 0, 1, ..., reach.

    Args:
        sizes: sizes[v] is the number of pairs with an absolute difference of v.
        reach: sum of v * sizes[v].
    """
    points = reach + 1
    turn = np.pi * np.arange(points // 2 + 1) / points
    magnitude = np.ones_like(turn)
    for size in np.flatnonzero(sizes).tolist():
        magnitude *= np.cos(size * turn) ** int(sizes[size])
    return np.fft.irfft(magnitude * np.exp(-1j * turn * reach), n=points)
