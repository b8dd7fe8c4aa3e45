"""Percentages as printed in the paper: rounded half up, in integer arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from benchmark.stats.rounding import (
    percent,
    percent_of_bound,
    percent_of_share,
    percents,
    significant,
    tenths,
)


@pytest.mark.parametrize(
    ("count", "printed"),
    [(204, 63.8), (132, 41.3), (116, 36.3), (202, 63.1), (118, 36.9), (0, 0.0), (320, 100.0)],
)
def test_prints_the_papers_tenths_where_python_rounds_to_even(count: int, printed: float) -> None:
    assert percent(count, 320) == printed


def test_two_sides_of_a_half_both_round_up() -> None:
    # 204/320 = 63.75 % and 116/320 = 36.25 %: together 100.1.
    assert tenths(204, 320) + tenths(116, 320) == 1001


def test_a_share_of_nothing_is_nothing() -> None:
    assert percent(0, 0) is None


@pytest.mark.parametrize(("count", "total"), [(-1, 5), (6, 5), (0, 0), (1, -2)])
def test_what_is_no_share_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        tenths(count, total)


def test_an_exact_share_rounds_half_up_too() -> None:
    assert percent_of_share(Fraction(1, 2000)) == 0.1  # 0.05 %


def test_bounds_round_half_up() -> None:
    assert percent_of_bound(0.5) == 50.0
    assert percent_of_bound(0.57654) == 57.7


def test_ten_digits_are_kept() -> None:
    assert significant(0.123456789012345) == 0.123456789


def test_many_shares_are_each_the_one() -> None:
    counts, totals = np.array([(count, total) for total in range(40) for count in range(total + 1)]).T

    assert percents(counts, totals) == [
        percent(count, total) for count, total in zip(counts.tolist(), totals.tolist(), strict=True)
    ]


def test_among_many_shares_one_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and its total"):
        percents(np.array([1, 4]), np.array([2, 3]))
