"""Compares two matchups on the same pairs with McNemar's exact test, and makes a table of all tests.

Only discordant pairs count: the pairs that the reference won in one matchup and lost in the other matchup.
McNemar's exact test is a sign test over the discordant pairs. Source: Q. McNemar (1947), Psychometrika 12(2),
153-157.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.rounding import significant
from benchmark.stats.significance import holm, sign_test
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup


@dataclass(frozen=True)
class PairedMatchups:
    """The pairs that two matchups both decided, counted by the winner in each matchup.

    Attributes:
        both: number of pairs that the reference won in both matchups.
        neither: number of pairs that the reference lost in both matchups.
        only_first: number of pairs that the reference won in the first matchup and lost in the second.
        only_second: number of pairs that the reference won in the second matchup and lost in the first.
        p_value: the two-sided p-value.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p_value: float

    @property
    def pairs(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither


@dataclass(frozen=True)
class PairedRow:
    """Two matchups of one reference, compared on the pairs that are decided in both matchups.

    `first_other` and `second_other` are the other sides of the two matchups. p_value and p_holm are None
    while the study is not closed.
    """

    study: str | None
    reference: str
    first_matchup: str
    second_matchup: str
    first_other: str
    second_other: str
    pairs: int
    both: int
    only_first: int
    only_second: int
    neither: int
    p_value: float | None
    p_holm: float | None


def paired(tallies: Tallies, matchups: Sequence[Matchup], *, interim: bool = False) -> list[PairedRow]:
    """Return a row for every two matchups of one reference, if at least one pair is decided in both.

    Holm's correction includes all rows; the rows of a study that is not closed have no p-values.
    """
    leads = _lead_by_pair(tallies, len(matchups))
    rows = []
    for first, second in combinations(range(len(matchups)), 2):
        if matchups[first].reference == matchups[second].reference:
            compared = compare_leads(leads[first], leads[second])
            if compared.pairs:
                rows.append(_row(matchups[first], matchups[second], compared))
    if interim:
        return [replace(row, p_value=None) for row in rows]
    adjusted = holm([row.p_value or 0.0 for row in rows])
    return [replace(row, p_holm=significant(p_holm)) for row, p_holm in zip(rows, adjusted, strict=True)]


def _row(first: Matchup, second: Matchup, compared: PairedMatchups) -> PairedRow:
    return PairedRow(
        study=first.study,
        reference=first.reference,
        first_matchup=first.name,
        second_matchup=second.name,
        first_other=first.other,
        second_other=second.other,
        pairs=compared.pairs,
        both=compared.both,
        only_first=compared.only_first,
        only_second=compared.only_second,
        neither=compared.neither,
        p_value=compared.p_value,
        p_holm=None,
    )


def compare_leads(one: IntArray, other: IntArray) -> PairedMatchups:
    """Compare two matchups on the pairs that both matchups decided.

    Args:
        one, other: (pairs,) the value of `Tallies.lead` for each pair; 0 for an undecided pair.
    """
    shared = (one != 0) & (other != 0)
    won_one, won_other = one[shared] > 0, other[shared] > 0
    only_first, only_second = int((won_one & ~won_other).sum()), int((~won_one & won_other).sum())
    return PairedMatchups(
        both=int((won_one & won_other).sum()),
        only_first=only_first,
        only_second=only_second,
        neither=int((~won_one & ~won_other).sum()),
        p_value=significant(sign_test(only_first, only_second)),
    )


def _lead_by_pair(tallies: Tallies, matchups: int) -> IntArray:
    """Return the value of `Tallies.lead` for each matchup and pair, (matchups, pairs).

    A pair without votes in a matchup has the value 0.
    """
    lead = np.zeros((matchups, len(tallies.pairs)), dtype=np.int64)
    here = tallies.matchup < matchups
    lead[tallies.matchup[here], tallies.pair[here]] = tallies.lead[here]
    return lead
