"""Means over crossed seeds and pairs: values by hand, and the interval's coverage in simulations."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy.stats import norm, t

from benchmark.stats.crossed import crossed_mean, crossed_share

SEEDS, PAIRS = 5, 64


def test_the_interval_adds_the_variances_of_seeds_and_pairs() -> None:
    values = np.array([[1.0, 3.0], [5.0, 7.0]])

    found = crossed_mean(values, null=4.0)

    # Deviations from 4: seeds sum to -4 and 4, pairs to -2 and 2; divided by 4 cells, with the factor 2/1.
    by_seed, by_pair = 2 * (1 + 1), 2 * (0.25 + 0.25)
    freedom = (by_seed + by_pair) ** 2 / (by_seed**2 + by_pair**2)
    assert found.mean == 4.0
    assert found.high - 4.0 == pytest.approx(t.ppf(0.975, freedom) * sqrt(5))
    assert found.p_value == pytest.approx(1.0)


def test_cells_without_a_value_and_empty_pairs_are_left_out() -> None:
    values = np.array([[1.0, np.nan, 1.0], [0.0, np.nan, np.nan]])

    found = crossed_share(values)

    assert found.mean == pytest.approx(2 / 3)
    assert (found.seeds, found.pairs, found.cells) == (2, 2, 3)


def test_a_side_that_won_every_cell_has_an_interval_over_pairs() -> None:
    found = crossed_share(np.ones((SEEDS, 10)))

    assert (found.low, found.high) == (pytest.approx(0.7225, abs=1e-4), 1.0)
    assert found.p_value == pytest.approx(2 / 2**10)


def test_one_seed_has_no_interval() -> None:
    with pytest.raises(ValueError, match="two seeds"):
        crossed_share(np.ones((1, 10)))


def coverage(mean: float, sd_seed: float, sd_pair: float, *, experiments: int, seed: int) -> float:
    """Return how often the interval contains the true share, in experiments with five seeds.

    The reference wins a cell if `mean` + effect of the seed + effect of the pair + noise is positive. The
    true share is over all seeds and pairs. One cell in ten is undecided.
    """
    rng = np.random.default_rng(seed)
    true = norm.cdf(mean / sqrt(1 + sd_seed**2 + sd_pair**2))
    covered = 0
    for _ in range(experiments):
        effect = mean + rng.normal(0, sd_seed, (SEEDS, 1)) + rng.normal(0, sd_pair, (1, PAIRS))
        outcomes = (effect + rng.normal(size=(SEEDS, PAIRS)) > 0).astype(float)
        outcomes[rng.random(outcomes.shape) < 0.1] = np.nan
        found = crossed_share(outcomes)
        covered += found.low <= true <= found.high
    return covered / experiments


@pytest.mark.parametrize(("sd_seed", "sd_pair"), [(0.0, 0.0), (0.4, 0.0), (0.4, 1.0)])
def test_the_interval_covers_the_true_share_with_five_seeds(sd_seed: float, sd_pair: float) -> None:
    # With a coverage of 93 %, fewer than 88 % of 300 experiments have a probability of 0.1 %.
    assert coverage(0.5, sd_seed, sd_pair, experiments=300, seed=18) >= 0.88


@pytest.mark.full_size
def test_the_interval_covers_the_true_share_in_many_experiments() -> None:
    found = [
        coverage(*case, experiments=4000, seed=index)
        for index, case in enumerate(product((0.0, 0.5, 1.3), (0.0, 0.1, 0.4), (0.0, 1.0)))
    ]

    assert min(found) >= 0.92
