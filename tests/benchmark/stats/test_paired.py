"""McNemar's test between two matchups, on the pairs decided in both."""

import pytest
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from benchmark.stats.paired import mcnemar
from tests.benchmark.made_votes import tallies

WON, LOST, TIED = (3, 2), (2, 3), (2, 2)


def two_matchups(first: list[tuple[int, int]], second: list[tuple[int, int]]):  # type: ignore[no-untyped-def]
    pairs = [f"p{index}" for index in range(len(first))]
    matchup = [0] * len(first) + [1] * len(second)
    return tallies([*first, *second], matchup=matchup, pairs=pairs + pairs[: len(second)])


def test_only_pairs_that_differ_count() -> None:
    # Won in the first alone: five; in the second alone: none. 2 / 2^5.
    result = mcnemar(two_matchups([WON] * 8 + [LOST] * 2, [LOST] * 5 + [WON] * 3 + [LOST] * 2), 0, 1)
    assert (result.both, result.only_first, result.only_second, result.neither) == (3, 5, 0, 2)
    assert result.p_value == 0.0625


def test_a_pair_undecided_or_missing_in_one_is_left_out() -> None:
    result = mcnemar(two_matchups([WON, TIED, WON], [LOST, WON]), 0, 1)
    assert (result.both, result.only_first, result.only_second, result.neither) == (0, 1, 0, 0)


def test_agrees_with_statsmodels() -> None:
    first = [WON] * 30 + [LOST] * 20
    second = [WON] * 20 + [LOST] * 10 + [WON] * 4 + [LOST] * 16
    result = mcnemar(two_matchups(first, second), 0, 1)
    theirs = statsmodels_mcnemar([[20, 10], [4, 16]], exact=True)
    assert result.p_value == pytest.approx(theirs.pvalue)


def test_exchanging_the_matchups_mirrors_the_table() -> None:
    counted = two_matchups([WON, WON, LOST, WON], [WON, LOST, WON, LOST])
    one, other = mcnemar(counted, 0, 1), mcnemar(counted, 1, 0)
    assert (one.only_first, one.only_second, one.p_value) == (
        other.only_second,
        other.only_first,
        other.p_value,
    )


def test_a_matchup_is_not_compared_with_itself() -> None:
    with pytest.raises(ValueError, match="with itself"):
        mcnemar(tallies([WON]), 0, 0)
