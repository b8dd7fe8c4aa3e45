"""The default limits of quality rules, from exact one-sided binomial tests.

A rule counts the bad answers of an annotator, such as wrong answers to gold questions. For each rule,
HONEST_RATES contains the maximum rate of bad answers that we assume for an honest annotator. An annotator
fails a rule if an honest annotator would give at least as many bad answers with a probability of less than
LEVEL.

The server checks every rule again after each answer. Over many answers, the share of honest annotators who
fail is therefore larger than LEVEL. A test simulates honest annotators with exactly these rates: over 100
votes, at most 1 % of the annotators fail at least one of the seven rules.
"""

from functools import lru_cache
from math import exp, lgamma, log

LEVEL = 0.0002
GOLD_WRONG = 0.05
REPEAT_CHANGED = 0.4
TOO_FAST = 0.05
NOT_WATCHED = 0.05
# The sides are random, so an honest annotator votes for either side with a probability of 1/2.
ONE_SIDE = 0.5
SAME_SIDE_AGAIN = 0.5
# Many honest annotators often give the same reason.
SAME_REASONS_AGAIN = 0.8


@lru_cache(maxsize=65_536)
def failing_count(answers: int, honest_rate: float, *, level: float = LEVEL) -> int | None:
    """Return the smallest number of bad answers that is too unlikely for an honest annotator.

    Return None if the annotator gave so few answers that even an honest annotator could give only bad answers
    by chance.

    Args:
        answers: the number of answers, at least 0.
        honest_rate: the probability of a bad answer, above 0 and below 1.
        level: the significance level.

    >>> failing_count(5, GOLD_WRONG), failing_count(2, GOLD_WRONG)
    (4, None)
    """
    tail = 0.0
    for bad in range(answers, -1, -1):
        tail += _probability(bad, answers, honest_rate)
        if tail >= level:
            return bad + 1 if bad < answers else None
    raise ValueError(f"the level {level} is above 1")


def _probability(bad: int, answers: int, rate: float) -> float:
    """Return the binomial probability of exactly this number of bad answers."""
    ways = lgamma(answers + 1) - lgamma(bad + 1) - lgamma(answers - bad + 1)
    return exp(ways + bad * log(rate) + (answers - bad) * log(1 - rate))
