"""The default limits of quality rules are exact; at most 1 % of honest annotators ever fail a limit."""

from math import comb

import numpy as np
import pytest

from benchmark.stats import rule_limits
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.rule_limits import LEVEL, failing_count

NEVER = 10**9
VOTES, GOLD, REPEATS = 100, 10, 10


@pytest.mark.parametrize("rate", [0.05, 0.4, 0.5, 0.8])
def test_the_limit_is_the_first_count_whose_exact_probability_is_below_the_level(rate: float) -> None:
    for answers in (0, 1, 5, 10, 33, 60):
        tails = [
            sum(comb(answers, k) * rate**k * (1 - rate) ** (answers - k) for k in range(bad, answers + 1))
            for bad in range(answers + 1)
        ]
        unlikely = [bad for bad, tail in enumerate(tails) if tail < LEVEL]
        assert failing_count(answers, rate) == (unlikely[0] if unlikely else None)


def limits(answers: int, rate: float, level: float = LEVEL) -> IntArray:
    """Return `failing_count` for each number of answers from 1 to `answers`, with the shape (answers,)."""
    return np.array([failing_count(n, rate, level=level) or NEVER for n in range(1, answers + 1)])


def ever_fails(bad: BoolArray, rate: float, level: float = LEVEL) -> BoolArray:
    """Return who reaches a limit after any answer; `bad` has the shape (annotators, answers)."""
    failed: BoolArray = (bad.cumsum(axis=1) >= limits(bad.shape[1], rate, level)).any(axis=1)
    return failed


def honest_who_fail(annotators: int, rng: np.random.Generator) -> BoolArray:
    """Simulate honest annotators whose rates of bad answers are the highest that the defaults assume."""

    def bad(answers: int, rate: float) -> BoolArray:
        found: BoolArray = rng.random((annotators, answers)) < rate
        return found

    left = bad(VOTES, rule_limits.ONE_SIDE)
    failed = ever_fails(left, rule_limits.ONE_SIDE, LEVEL / 2)
    failed |= ever_fails(~left, rule_limits.ONE_SIDE, LEVEL / 2)
    failed |= ever_fails(left[:, 1:] == left[:, :-1], rule_limits.SAME_SIDE_AGAIN)
    for answers, rate in (
        (GOLD, rule_limits.GOLD_WRONG),
        (REPEATS, rule_limits.REPEAT_CHANGED),
        (VOTES, rule_limits.TOO_FAST),
        (VOTES, rule_limits.NOT_WATCHED),
        (VOTES - 1, rule_limits.SAME_REASONS_AGAIN),
    ):
        failed |= ever_fails(bad(answers, rate), rate)
    return failed


def test_at_most_one_percent_of_1000_honest_annotators_fail_any_default_rule() -> None:
    assert honest_who_fail(1000, np.random.default_rng(13)).sum() <= 10


def test_the_share_of_honest_annotators_who_fail_is_below_one_percent_in_the_long_run() -> None:
    assert honest_who_fail(40_000, np.random.default_rng(1)).mean() < 0.008


def test_careless_annotators_fail_within_30_votes() -> None:
    rng = np.random.default_rng(2)
    always_left = np.ones((1, 30), dtype=bool)
    assert ever_fails(always_left, rule_limits.ONE_SIDE, LEVEL / 2).all()
    assert ever_fails(always_left, rule_limits.TOO_FAST).all()
    guesses: BoolArray = rng.random((2000, 8)) < 0.5
    assert ever_fails(guesses, rule_limits.GOLD_WRONG).mean() > 0.5
