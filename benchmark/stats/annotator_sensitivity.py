"""Computes how much a TI2V score depends on single annotators: bootstrap and leave-one-out."""

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray, distinct
from benchmark.stats.sensitivity import Cluster, LeaveOneOut, SensitivityRow, scores_of, sensitivity_rows
from benchmark.stats.votes import UNKNOWN, Votes

RESAMPLES = 500  # fewer resamples than for other clusters, because each resample counts all votes again
CHUNK = 25


def sensitivity_of_annotators(
    votes: Votes, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> list[SensitivityRow]:
    """Return one sensitivity row per matchup, with annotators as clusters.

    If the votes name no annotators, return no rows.

    In each resample, the strict majority of the resampled votes decides a comparison. If no side has a strict
    majority, the comparison is undecided.
    """
    if not votes.annotators or (votes.annotator == UNKNOWN).any():
        return []
    comparisons, place = distinct(votes.matchup * len(votes.pairs) + votes.pair)
    matchup = comparisons // len(votes.pairs)
    sign = np.where(votes.chose_reference, 1, -1)
    margin = np.bincount(place, weights=sign, minlength=len(comparisons)).astype(np.int64)
    won = np.bincount(matchup[margin > 0], minlength=len(votes.matchups))
    lost = np.bincount(matchup[margin < 0], minlength=len(votes.matchups))
    without = _without_each_annotator(votes, margin[place], sign, (won, lost))
    shares = _bootstrap_annotators(votes, place, matchup, sign, rng, resamples)
    return sensitivity_rows(votes.matchups, Cluster.ANNOTATOR, votes.annotators, without, (won, lost), shares)


def _without_each_annotator(
    votes: Votes, margin: IntArray, sign: IntArray, totals: tuple[IntArray, IntArray]
) -> LeaveOneOut:
    """Return, for each annotator, the numbers of pairs won and lost without this annotator's votes.

    An annotator has at most one vote on a comparison, so omitting the annotator changes the comparison's
    margin by at most one vote.
    """
    shape = (len(votes.annotators), len(votes.matchups))
    cell = votes.annotator * shape[1] + votes.matchup
    left = margin - sign

    def summed(change: IntArray) -> IntArray:
        sums = np.bincount(cell, weights=change, minlength=shape[0] * shape[1])
        return sums.astype(np.int64).reshape(shape)

    won = summed((left > 0).astype(np.int64) - (margin > 0))
    lost = summed((left < 0).astype(np.int64) - (margin < 0))
    voted = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape) > 0
    return LeaveOneOut(totals[0] + won, totals[1] + lost, voted)


def _bootstrap_annotators(
    votes: Votes, place: IntArray, matchup: IntArray, sign: IntArray, rng: np.random.Generator, resamples: int
) -> FloatArray:
    """Return the TI2V score of each matchup in each resample, (resamples, matchups).

    Each resample draws as many annotators as the study has, with replacement.
    """
    from scipy.sparse import csr_matrix

    people = len(votes.annotators)
    signed_votes = csr_matrix(
        (sign.astype(np.float32), (place, votes.annotator)), shape=(len(matchup), people)
    )
    starts = np.searchsorted(matchup, np.arange(len(votes.matchups)))
    shares = np.empty((resamples, len(votes.matchups)))
    for first in range(0, resamples, CHUNK):
        drawn = min(CHUNK, resamples - first)
        weights = rng.multinomial(people, np.full(people, 1 / people), size=drawn).astype(np.float32)
        margin = signed_votes @ weights.T
        won = np.add.reduceat(margin > 0, starts, axis=0, dtype=np.int64)
        lost = np.add.reduceat(margin < 0, starts, axis=0, dtype=np.int64)
        shares[first : first + drawn] = scores_of(won, lost).T
    return shares
