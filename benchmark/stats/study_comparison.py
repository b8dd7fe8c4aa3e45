"""Compares two studies, matchup by matchup, on the pairs that both studies decided.

The two studies have different annotators but the same pairs, so the test is paired: McNemar's exact test over
the pairs on which the majorities of the two studies differ (see `benchmark.stats.paired`). Agreement treats
each study as one rater whose answer is the majority of its votes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.stats.agreement import agreement
from benchmark.stats.agreement_table import AgreementRow, agreement_row
from benchmark.stats.arrays import IntArray
from benchmark.stats.intervals import wilson
from benchmark.stats.paired import PairedMatchups, compare_leads
from benchmark.stats.rounding import percent, percent_of_bound, significant
from benchmark.stats.scores import Counts, count_matchups
from benchmark.stats.side_by_side import Score
from benchmark.stats.significance import holm
from benchmark.stats.tallies import Tallies


@dataclass(frozen=True)
class SharedMatchup:
    """A matchup of the same two models in both studies.

    Attributes:
        reference, other: the names of the two sides in the first study.
        first, second: the index of the matchup in each study.
        is_swapped: whether the reference and the other side are exchanged in the second study.
        same_clips: whether both studies show the same clips; otherwise only the models are the same.
    """

    reference: str
    other: str
    first: int
    second: int
    is_swapped: bool
    same_clips: bool


@dataclass(frozen=True)
class StudyComparison:
    """One matchup in two studies. A score is the percentage of pairs that the reference won.

    Attributes:
        first, second: the score in each study, with its 95 % interval.
        difference: the second score minus the first, in percentage points; None if a score is undefined.
        compared: the pairs that both studies decided, grouped by the two winners.
        agreement: the share of the pairs in `compared` that have the same winner in both studies.
        p_value, p_holm: McNemar's exact test, without and with Holm's correction over all shared matchups.
            The two p-values are None if no pair is decided in both studies, or if a study is not closed.
    """

    shared: SharedMatchup
    first: Score
    second: Score
    difference: float | None
    compared: PairedMatchups
    agreement: AgreementRow
    p_value: float | None
    p_holm: float | None


def compare_studies(
    first: Tallies, second: Tallies, shared: Sequence[SharedMatchup], *, interim: bool = False
) -> list[StudyComparison]:
    """Return one comparison per shared matchup, in the given order.

    Pairs are the same if their names are equal.

    Args:
        interim: whether one of the studies is not closed. If `interim` is true, the p-values are None.
    """
    codes = {name: code for code, name in enumerate(first.pairs)}
    own = np.arange(len(first.pairs))
    theirs = np.array([codes.get(name, -1) for name in second.pairs], dtype=np.int64)
    counts_1 = _counts(first, [each.first for each in shared])
    counts_2 = _counts(second, [each.second for each in shared])
    rows = []
    for each in shared:
        lead_1 = _lead(first, each.first, own, len(codes))
        lead_2 = _lead(second, each.second, theirs, len(codes)) * (-1 if each.is_swapped else 1)
        scores = _score(counts_1, each.first), _score(counts_2, each.second, is_swapped=each.is_swapped)
        rows.append(_comparison(each, scores, lead_1, lead_2, interim=interim))
    adjusted = iter(holm([row.p_value for row in rows if row.p_value is not None]))
    return [row if row.p_value is None else replace(row, p_holm=significant(next(adjusted))) for row in rows]


def _counts(tallies: Tallies, matchups: Sequence[int]) -> Counts:
    """Return the vote counts of `matchups`, including matchups without votes."""
    return count_matchups(tallies, 1 + max([int(tallies.matchup.max(initial=-1)), *matchups]))


def _lead(tallies: Tallies, matchup: int, codes: IntArray, pairs: int) -> IntArray:
    """Return `Tallies.lead` of one matchup for each pair, (pairs,); 0 for a pair without votes.

    `codes` has, for each pair of the tallies, the pair's index in the result; -1 leaves the pair out.
    """
    lead = np.zeros(pairs, dtype=np.int64)
    here = np.flatnonzero(tallies.matchup == matchup)
    place = codes[tallies.pair[here]] if len(codes) else np.empty(0, np.int64)
    lead[place[place >= 0]] = tallies.lead[here][place >= 0]
    return lead


def _comparison(
    shared: SharedMatchup, scores: tuple[Score, Score], lead_1: IntArray, lead_2: IntArray, *, interim: bool
) -> StudyComparison:
    compared = compare_leads(lead_1, lead_2)
    decided = (lead_1 != 0) & (lead_2 != 0)
    won = (lead_1[decided] > 0).astype(np.int64) + (lead_2[decided] > 0)
    measured = agreement(won, np.full(len(won), 2, dtype=np.int64))
    first, second = scores
    return StudyComparison(
        shared=shared,
        first=first,
        second=second,
        difference=None
        if first.share is None or second.share is None
        else round(second.share - first.share, 1),
        compared=compared,
        agreement=agreement_row(None, f"{shared.reference}:{shared.other}", "choice", measured),
        p_value=None if interim or not compared.pairs else compared.p_value,
        p_holm=None,
    )


def _score(counts: Counts, index: int, *, is_swapped: bool = False) -> Score:
    """Return the reference's share of the decided pairs; if `is_swapped`, the other side's share."""
    won = int((counts.won_other if is_swapped else counts.won_reference)[index])
    decided = int(counts.decided[index])
    interval = wilson(won, decided) if decided else None
    return Score(
        share=percent(won, decided),
        low=percent_of_bound(interval.low) if interval else None,
        high=percent_of_bound(interval.high) if interval else None,
        pairs_decided=decided,
        votes=int(counts.votes[index]),
    )
