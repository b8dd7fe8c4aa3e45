"""Fits a one-coin Dawid-Skene model, whose scores weight annotators by their estimated accuracy.

The model assumes that each comparison has one better side, and that each annotator chooses the better side
with a fixed probability. Expectation-maximisation (EM) estimates the better sides and the annotators'
probabilities:

    P(reference better | votes) = sigma(logit(pi) + sum_v s_v logit(a_v)),  s_v = +-1, pi per matchup
    a = (1 + sum of the probabilities that the annotator's votes are right) / (2 + the annotator's votes)

In the second formula, the constants 1 and 2 express a uniform prior on accuracy, so an estimated accuracy is
never 0 or 1. The main score is still the score by majority, because this model cannot express that two clips
are equally good.

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
    """A fitted one-coin Dawid-Skene model.

    Attributes:
        accuracy: (annotators,) the probability, in (0, 1), that an annotator's vote is right.
        chance: (comparisons,) the probability that the reference is better; the array is sorted by matchup
            and pair.
        scores: per matchup, the percentage of comparisons with a `chance` above 0.5. Like undecided pairs,
            comparisons with a `chance` of exactly 0.5 are left out.
        passes: the number of EM iterations.
    """

    accuracy: FloatArray
    chance: FloatArray
    scores: tuple[float | None, ...]
    passes: int


def dawid_skene(votes: Votes) -> DawidSkene:
    """Fit the Dawid-Skene model to individual votes.

    Raises:
        ValueError: a vote has no annotator.
        ArithmeticError: EM did not converge in 200 iterations.
    """
    if (votes.annotator == UNKNOWN).any():
        raise ValueError("Dawid-Skene needs the annotator of every vote")
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
    raise ArithmeticError(f"Dawid-Skene did not converge in {PASSES} iterations")


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
