"""Two matchups on the same pairs, compared pair by pair: McNemar's test, exact; and the table of all such.

Only pairs that one matchup gave to its reference and the other did not say anything about a difference.
Source: Q. McNemar (1947), Psychometrika 12(2), 153-157; exact form as a sign test over those pairs.
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
    """The pairs decided in both matchups, by who won them; `first` and `second` are the matchups.

    Attributes:
        both, neither: pairs the reference won in both matchups, or lost in both.
        only_first, only_second: pairs it won in one and lost in the other.
        p_value: two-sided; the chance of such an uneven division were the two matchups alike.
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
    """Two matchups of one reference on the pairs decided in both; the counts are PairedMatchups'.

    `first_other` and `second_other` are the sides the reference met in them. p_value and p_holm are None
    while the study is open.
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
    """Return a row for every two matchups that share their reference and have decided pairs in common.

    Holm's correction is over all rows; without p-values when interim.
    """
    leads = _lead_by_pair(tallies, len(matchups))
    rows = []
    for first, second in combinations(range(len(matchups)), 2):
        if matchups[first].reference == matchups[second].reference:
            compared = _compared(leads[first], leads[second])
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


def _compared(one: IntArray, other: IntArray) -> PairedMatchups:
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
    """Return (matchups, pairs) who leads, as `Tallies.lead`; 0 where a pair has no vote."""
    lead = np.zeros((matchups, len(tallies.pairs)), dtype=np.int64)
    here = tallies.matchup < matchups
    lead[tallies.matchup[here], tallies.pair[here]] = tallies.lead[here]
    return lead
