"""Computes one row of statistics per annotator, and flags annotators who may be careless.

Nothing is excluded automatically.

The thresholds are chosen so that a careful annotator is flagged with a probability of about 0.001. Only a
person can exclude an annotator, and must state a reason. Result pages show scores with and without the
excluded votes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmark.protocol import Flag
from benchmark.stats.arrays import BoolArray, IntArray, distinct, group_slices
from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.significance import sign_test
from benchmark.stats.votes import UNKNOWN, Votes

CHANCE = 0.001
FEWEST_VOTES = (
    20  # with fewer votes, only the gold answers and the share of votes for the left clip are checked
)
FAST_SHARE = 0.2
SAME_TICKS_SHARE = 0.95
USUAL_TICKS_SHARE = 0.8  # a set of justifications that most annotators use for most votes is not suspicious
GOLD_LEAST = 0.8


@dataclass(frozen=True)
class Gold:
    """The number of gold questions that an annotator answered, and the number of right answers."""

    right: int
    shown: int


@dataclass(frozen=True)
class AnnotatorRow:
    """The statistics of one annotator. Shares are in percent with one decimal; undefined values are None.

    Attributes:
        left: share of votes that chose the left clip, with a Wilson interval; `side_p` is the p-value of the
            sign test against 50 %.
        longest_run: the largest number of consecutive votes for the same position, in the order of the table.
        agreement: share of votes that agree with the majority of all other votes on the same comparison, with
            a Wilson interval. A vote is left out if the other votes on the comparison are tied.
        fast: share of votes whose decision time is shorter than the duration of a clip.
        same_ticks: share of votes that have the annotator's most frequent set of justifications.
        gold: share of right answers to gold questions, with a Wilson interval.
    """

    annotator: str
    votes: int
    left: float | None
    left_low: float | None
    left_high: float | None
    side_p: float | None
    longest_run: int | None
    agreement: float | None
    agreement_low: float | None
    agreement_high: float | None
    agreement_n: int
    median_ms: int | None
    fast: float | None
    same_ticks: float
    gold: float | None
    gold_low: float | None
    gold_high: float | None
    gold_n: int
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class _Columns:
    """The vote columns from which flags are computed, sorted by annotator.

    The codes of names are the same as in `Votes`.
    """

    left: IntArray
    agrees: IntArray
    decision_ms: IntArray
    ticks: IntArray
    pooled_agreement: float
    usual_ticks: int


def annotator_quality(
    votes: Votes, *, clip_ms: int | None = None, gold: Mapping[str, Gold] | None = None
) -> list[AnnotatorRow]:
    """Return one row per annotator in order of first appearance.

    If the votes name no annotators, return no rows.

    Args:
        votes: the votes in the order in which they were cast.
        clip_ms: the duration of a clip in milliseconds; without it, the speed flag is not computed.
        gold: the answers to gold questions, by annotator.
    """
    known = np.flatnonzero(votes.annotator != UNKNOWN)
    order = known[np.argsort(votes.annotator[known], kind="stable")]
    columns = _columns(votes, order)
    places = group_slices(votes.annotator[order], len(votes.annotators))
    return [
        _row(name, columns, place, clip_ms, (gold or {}).get(name, Gold(0, 0)))
        for name, place in zip(votes.annotators, places, strict=True)
    ]


def _columns(votes: Votes, order: IntArray) -> _Columns:
    left = np.where(votes.reference_left == UNKNOWN, UNKNOWN, votes.chose_reference == votes.reference_left)
    ticks = votes.reasons @ (1 << np.arange(votes.reasons.shape[1]))
    agrees = agreement_with_others(votes)
    compared = agrees != UNKNOWN
    usual = np.bincount(ticks, minlength=16)
    return _Columns(
        left=left[order].astype(np.int64),
        agrees=agrees[order],
        decision_ms=votes.decision_ms[order],
        ticks=ticks[order],
        pooled_agreement=float(agrees[compared].mean()) if compared.any() else 0.0,
        usual_ticks=int(usual.argmax()) if usual.max() >= USUAL_TICKS_SHARE * len(votes) else UNKNOWN,
    )


def agreement_with_others(votes: Votes) -> IntArray:
    """Return whether each vote agrees with the majority of the comparison's other votes, (votes,).

    The value is 1 for a vote that agrees, 0 for a vote that disagrees, and UNKNOWN if the other votes are
    tied.
    """
    _, place = distinct(votes.matchup * len(votes.pairs) + votes.pair)
    sign = np.where(votes.chose_reference, 1, -1)
    others = np.bincount(place, weights=sign).astype(np.int64)[place] - sign
    return np.where(others == 0, UNKNOWN, others * sign > 0).astype(np.int64)


def _row(name: str, columns: _Columns, place: slice, clip_ms: int | None, gold: Gold) -> AnnotatorRow:
    left = columns.left[place][columns.left[place] != UNKNOWN]
    agrees = columns.agrees[place][columns.agrees[place] != UNKNOWN]
    times = columns.decision_ms[place][columns.decision_ms[place] != UNKNOWN]
    ticks = np.bincount(columns.ticks[place])
    side = wilson(int(left.sum()), len(left)) if len(left) else None
    agreement = wilson(int(agrees.sum()), len(agrees)) if len(agrees) else None
    right = wilson(gold.right, gold.shown) if gold.shown else None
    fast = int((times < clip_ms).sum()) if clip_ms is not None else 0
    return AnnotatorRow(
        annotator=name,
        votes=place.stop - place.start,
        left=percent(int(left.sum()), len(left)),
        left_low=percent_of_bound(side.low) if side else None,
        left_high=percent_of_bound(side.high) if side else None,
        side_p=sign_test(int(left.sum()), len(left) - int(left.sum())) if len(left) else None,
        longest_run=longest_run(left == 1) if len(left) else None,
        agreement=percent(int(agrees.sum()), len(agrees)),
        agreement_low=percent_of_bound(agreement.low) if agreement else None,
        agreement_high=percent_of_bound(agreement.high) if agreement else None,
        agreement_n=len(agrees),
        median_ms=int(np.median(times)) if len(times) else None,
        fast=percent(fast, len(times)) if clip_ms is not None else None,
        same_ticks=percent(int(ticks.max(initial=0)), int(ticks.sum())) or 0.0,
        gold=percent(gold.right, gold.shown),
        gold_low=percent_of_bound(right.low) if right else None,
        gold_high=percent_of_bound(right.high) if right else None,
        gold_n=gold.shown,
        flags=_flags(left, agrees, ticks, columns, (fast, len(times)), gold),
    )


def longest_run(votes: BoolArray) -> int:
    """Return the length of the longest run of equal values.

    >>> longest_run(np.array([True, True, False, False, False, True]))
    3
    """
    starts = np.flatnonzero(np.concatenate([[True], votes[1:] != votes[:-1]]))
    return int(np.diff(np.append(starts, len(votes))).max())


def _flags(
    left: IntArray, agrees: IntArray, ticks: IntArray, columns: _Columns, fast: tuple[int, int], gold: Gold
) -> tuple[Flag, ...]:
    enough = int(ticks.sum()) >= FEWEST_VOTES
    share_fast = fast[0] / fast[1] if fast[1] else 0.0
    same = int(ticks.max(initial=0)) >= SAME_TICKS_SHARE * ticks.sum()
    raised = {
        Flag.SIDE_BIAS: len(left) > 0 and sign_test(int(left.sum()), len(left) - int(left.sum())) < CHANCE,
        # At each of n positions, a run of this length starts with a probability of 2 ** (1 - length).
        Flag.STRAIGHT_LINING: len(left) > 0 and len(left) * 2.0 ** (1 - longest_run(left == 1)) < CHANCE,
        Flag.FAST: enough and share_fast > FAST_SHARE,
        Flag.SAME_TICKS: enough and same and int(ticks.argmax()) != columns.usual_ticks,
        Flag.LOW_AGREEMENT: enough and _agrees_less(agrees, columns.pooled_agreement),
        Flag.FAILS_GOLD: gold.shown > 0 and wilson(gold.right, gold.shown).high < GOLD_LEAST,
    }
    return tuple(flag for flag, is_raised in raised.items() if is_raised)


def _agrees_less(agrees: IntArray, pooled: float) -> bool:
    """Return whether the annotator's agreement is significantly lower than the average agreement."""
    if not len(agrees):
        return False
    return wilson(int(agrees.sum()), len(agrees), confidence=1 - 2 * CHANCE).high < pooled
