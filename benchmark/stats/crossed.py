"""Estimates means over crossed seeds and pairs, with intervals clustered by seed and by pair.

Every run (seed) generates a clip for every pair; each clip is one cell. Cells of one seed depend on each
other, because they come from one network; cells of one pair depend on each other, because they show one
scene. This module adds two variances of the mean: one clustered by seed, and one clustered by pair. The sum
counts the variance inside cells twice. The sum is therefore at least as large as the true variance, and the
intervals are conservative.

Sources: A. B. Owen (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1(2), 386-411. F. E.
Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from benchmark.stats.intervals import CONFIDENCE, wilson
from benchmark.stats.significance import sign_test

Cells = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CrossedEstimate:
    """A mean over the cells of seeds and pairs.

    Attributes:
        mean: the mean over all cells with a value.
        low, high: the 95 % interval.
        p_value: two-sided p-value of the t test against the null hypothesis.
        seeds, pairs: the numbers of seeds and pairs with a value.
        cells: the number of cells with a value.
    """

    mean: float
    low: float
    high: float
    p_value: float
    seeds: int
    pairs: int
    cells: int


def crossed_mean(values: Cells, *, null: float = 0.0) -> CrossedEstimate:
    """Return the mean of cells, with an interval that generalises to other seeds and other pairs.

    If all cells have the same value, the interval has the width 0.

    Args:
        values: (seeds, pairs); NaN for a cell without a value.
        null: the mean under the null hypothesis of the test.

    Raises:
        ValueError: fewer than two seeds or two pairs have a value.
    """
    is_known = ~np.isnan(values)
    values = values[is_known.any(axis=1)][:, is_known.any(axis=0)]
    seeds, pairs = values.shape
    if seeds < 2 or pairs < 2:
        raise ValueError(f"an interval needs two seeds and two pairs with values, not {seeds} and {pairs}")
    is_known = ~np.isnan(values)
    cells = int(is_known.sum())
    mean = float(np.nansum(values)) / cells
    deviations = np.where(is_known, values - mean, 0.0) / cells
    by_seed = float((deviations.sum(axis=1) ** 2).sum()) * seeds / (seeds - 1)
    by_pair = float((deviations.sum(axis=0) ** 2).sum()) * pairs / (pairs - 1)
    variance = by_seed + by_pair
    if variance <= 1e-24:
        p_value = 1.0 if abs(mean - null) < 1e-12 else 0.0
        return CrossedEstimate(mean, mean, mean, p_value, seeds, pairs, cells)
    freedom = variance**2 / (by_seed**2 / (seeds - 1) + by_pair**2 / (pairs - 1))
    error = sqrt(variance)
    half = _t_quantile(freedom) * error
    p_value = _two_sided((mean - null) / error, freedom)
    return CrossedEstimate(mean, mean - half, mean + half, p_value, seeds, pairs, cells)


def crossed_share(outcomes: Cells) -> CrossedEstimate:
    """Return the share of won cells, with its interval in [0, 1] and the test against 1/2.

    If one side won every cell, no variance can be estimated. The result then contains Wilson's interval and
    the p-value of the sign test; both treat the pairs as independent.

    Args:
        outcomes: (seeds, pairs); 1 if the reference won, 0 if it lost, NaN if the cell is not decided.

    Raises:
        ValueError: fewer than two seeds or two pairs are decided.
    """
    found = crossed_mean(outcomes, null=0.5)
    if found.mean in (0.0, 1.0):
        won = found.pairs if found.mean else 0
        bounds, p_value = wilson(won, found.pairs), sign_test(won, found.pairs - won)
        low, high = bounds.low, bounds.high
    else:
        low, high, p_value = max(0.0, found.low), min(1.0, found.high), found.p_value
    return CrossedEstimate(found.mean, low, high, p_value, found.seeds, found.pairs, found.cells)


def _t_quantile(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))


def _two_sided(t: float, freedom: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(t)))
