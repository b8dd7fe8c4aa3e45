"""The sign-flip test, compared with values by hand, with an enumeration of all flips, and mirrored."""

from itertools import product

import numpy as np
import pytest

from benchmark.stats.permutation import SMALLEST_P, sign_flip_test


def by_listing_all_flips(differences: list[int]) -> float:
    observed = abs(sum(differences))
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(abs(total) >= observed for total in sums) / len(sums)


def test_two_pairs_by_hand() -> None:
    # Sums of +-1 +-2: 3, 1, -1, -3; two of four reach 3.
    assert sign_flip_test(np.array([1, 2])) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "differences",
    [[3, -1, 2, 2, 0, 5, 1], [1] * 10, [5, 5, -5, 3, 3, 1, -2, 4], [2, 2, 2, -2], [1, -1], [5]],
)
def test_is_exact(differences: list[int]) -> None:
    assert sign_flip_test(np.array(differences)) == pytest.approx(
        by_listing_all_flips(differences), abs=1e-12
    )


def test_exchanging_the_sides_changes_nothing() -> None:
    differences = np.array([3, -1, 2, 2, 0, 5, 1])
    assert sign_flip_test(differences) == sign_flip_test(-differences)


def test_without_any_difference_nothing_is_found() -> None:
    assert sign_flip_test(np.array([0, 0, 0])) == 1.0
    assert sign_flip_test(np.array([], dtype=np.int64)) == 1.0


def test_a_tiny_value_is_given_as_its_bound() -> None:
    assert sign_flip_test(np.full(320, 5)) == SMALLEST_P
