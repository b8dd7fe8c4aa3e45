"""The macro-average's interval knows that matchups share their pairs."""

import numpy as np
import pytest

from benchmark.stats.averages import MacroAverage, macro_average
from benchmark.stats.intervals import wilson
from benchmark.stats.scores import count_matchups
from benchmark.stats.tallies import Tallies
from tests.benchmark.made_votes import tallies

WON, LOST = (5, 0), (0, 5)


def _average(counted: Tallies, matchups: list[int]) -> MacroAverage | None:
    return macro_average(counted, np.array(matchups), count_matchups(counted, len(matchups)))


def test_one_matchup_has_the_effective_pairs_of_its_variance() -> None:
    # s(1-s) / (sum of squares / n^2 * n/(n-1)) = n - 1 pairs.
    average = _average(tallies([WON] * 60 + [LOST] * 40), [0])
    assert average is not None
    assert average.effective_pairs == pytest.approx(99)


def test_two_matchups_that_always_agree_are_worth_one() -> None:
    results = [WON] * 60 + [LOST] * 40
    pairs = [f"p{index}" for index in range(100)]
    twice = _average(tallies(results * 2, matchup=[0] * 100 + [1] * 100, pairs=pairs * 2), [0, 1])
    assert twice is not None
    assert twice.effective_pairs == pytest.approx(99)


def test_two_matchups_on_different_pairs_are_worth_two() -> None:
    results = [WON] * 60 + [LOST] * 40
    apart = _average(tallies(results * 2, matchup=[0] * 100 + [1] * 100), [0, 1])
    assert apart is not None
    assert apart.effective_pairs == pytest.approx(199)


def test_a_clean_sweep_keeps_the_interval_of_its_pairs() -> None:
    average = _average(tallies([WON] * 320), [0])
    assert average is not None
    assert average.interval == wilson(320, 320)


def test_without_a_decided_pair_there_is_no_average() -> None:
    assert _average(tallies([(1, 1)]), [0]) is None
    assert _average(tallies([]), [0]) is None
