"""One-coin Dawid-Skene: scores that weigh annotators by how often they are right, as a sensitivity line.

Each comparison has one better side, each annotator picks it with a chance of their own, and both are found
together by expectation and maximisation:

    P(reference better | votes) = sigma(logit(pi) + sum_v s_v logit(a_v)),  s_v = +-1, pi per matchup
    a = (1 + sum of the chances that its votes were right) / (2 + its votes)

The ones are a uniform prior on accuracy, so that nobody is ever certain. The headline stays the plain
majority: where clips are equally good there is no better side, and this model does not know that.

Source: A. P. Dawid and A. M. Skene (1979), J. Royal Statistical Society C 28(1), 20-28.
"""

from dataclasses import dataclass

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray, distinct
from benchmark.stats.rounding import percent
from benchmark.stats.votes import UNKNOWN, Votes

PASSES = 200
TOLERANCE = 1e-6


@dataclass(frozen=True)
class DawidSkene:
    """What the votes say of annotators and comparisons together.

    Attributes:
        accuracy: (annotators,) the chance that a vote is right, in (0, 1).
        chance: (comparisons,) that the reference is better, in order of matchup and then of pair.
        scores: per matchup, percent of comparisons where that chance is above one half; a chance of
            exactly one half is left out, as an undecided pair is.
        passes: how many it took.
    """

    accuracy: FloatArray
    chance: FloatArray
    scores: tuple[float | None, ...]
    passes: int


def dawid_skene(votes: Votes) -> DawidSkene:
    """Return accuracies and scores from single votes.

    Raises:
        ValueError: a vote has no annotator.
        ArithmeticError: it did not settle in 200 passes.
    """
    if (votes.annotator == UNKNOWN).any():
        raise ValueError("Dawid-Skene needs to know who voted")
    comparisons, place = distinct(votes.matchup * len(votes.pairs) + votes.pair)
    matchup = comparisons // max(len(votes.pairs), 1)
    sign = np.where(votes.chose_reference, 1.0, -1.0)
    cast = np.bincount(place, minlength=len(comparisons))
    chance = np.bincount(place, weights=votes.chose_reference, minlength=len(comparisons)) / cast
    for done in range(1, PASSES + 1):
        accuracy = _accuracies(votes, chance[place])
        updated = _chances(votes, place, sign, matchup, chance, accuracy)
        moved = float(np.abs(updated - chance).max(initial=0.0))
        chance = updated
        if moved < TOLERANCE:
            return DawidSkene(accuracy, chance, _scores(chance, matchup, len(votes.matchups)), done)
    raise ArithmeticError(f"Dawid-Skene did not settle in {PASSES} passes")


def _accuracies(votes: Votes, chance: FloatArray) -> FloatArray:
    right = np.where(votes.chose_reference, chance, 1 - chance)
    people = len(votes.annotators)
    sums = np.bincount(votes.annotator, weights=right, minlength=people)
    accuracy: FloatArray = (1 + sums) / (2 + np.bincount(votes.annotator, minlength=people))
    return accuracy


def _chances(
    votes: Votes,
    place: IntArray,
    sign: FloatArray,
    matchup: IntArray,
    chance: FloatArray,
    accuracy: FloatArray,
) -> FloatArray:
    sums = np.bincount(matchup, weights=chance, minlength=len(votes.matchups))
    prior = (1 + sums) / (2 + np.bincount(matchup, minlength=len(votes.matchups)))
    evidence = np.bincount(place, weights=sign * _logit(accuracy)[votes.annotator], minlength=len(matchup))
    updated: FloatArray = 1 / (1 + np.exp(-np.clip(_logit(prior)[matchup] + evidence, -700, 700)))
    return updated


def _logit(share: FloatArray) -> FloatArray:
    odds: FloatArray = np.log(share / (1 - share))
    return odds


def _scores(chance: FloatArray, matchup: IntArray, matchups: int) -> tuple[float | None, ...]:
    won = np.bincount(matchup[chance > 0.5], minlength=matchups).tolist()
    lost = np.bincount(matchup[chance < 0.5], minlength=matchups).tolist()
    return tuple(percent(up, up + down) for up, down in zip(won, lost, strict=True))
