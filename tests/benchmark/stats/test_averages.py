"""The confidence interval of the macro-average accounts for pairs that matchups share."""

from dataclasses import replace

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


# 6 matchups of one reference on the same 80 pairs. A pair's difficulty moves its results in all of them.
MATCHUPS, PAIRS, STUDIES = 6, 80, 1_000


def _shared_pairs(rng: np.random.Generator, design: Tallies) -> Tallies:
    """Return a study: a pair favours the reference in all matchups or in none; the true share is 60 %."""
    favours = rng.random(PAIRS) < 0.6
    share = np.where(favours, 0.85, 0.225)  # 0.6 * 0.85 + 0.4 * 0.225 = 0.6
    won = (rng.random((MATCHUPS, PAIRS)) < share).ravel()
    return replace(design, votes_reference=5 * won, votes_other=5 * ~won)


def test_the_interval_covers_the_true_average_of_matchups_that_share_pairs() -> None:
    rng = np.random.default_rng(20)
    design = tallies(
        [WON] * MATCHUPS * PAIRS,
        matchup=np.repeat(np.arange(MATCHUPS), PAIRS).tolist(),
        pairs=[f"p{index}" for index in range(PAIRS)] * MATCHUPS,
    )
    covered = as_if_independent = 0
    for _ in range(STUDIES):
        average = _average(_shared_pairs(rng, design), list(range(MATCHUPS)))
        assert average is not None
        covered += average.interval.low <= 0.6 <= average.interval.high
        naive = wilson(float(average.share) * MATCHUPS * PAIRS, MATCHUPS * PAIRS)
        as_if_independent += naive.low <= 0.6 <= naive.high

    # 95 % and twice the simulation's standard error of 0.7 %.
    assert 0.935 <= covered / STUDIES <= 0.97
    # Taking the results of one pair as independent would promise far too much.
    assert as_if_independent / STUDIES < 0.8
