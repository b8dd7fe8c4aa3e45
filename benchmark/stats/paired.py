"""Two matchups on the same pairs, compared pair by pair: McNemar's test, exact.

Only pairs that one matchup gave to its reference and the other did not say anything about a difference.
Source: Q. McNemar (1947), Psychometrika 12(2), 153-157; exact form as a sign test over those pairs.
"""

from dataclasses import dataclass

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.rounding import significant
from benchmark.stats.significance import sign_test
from benchmark.stats.tallies import Tallies


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


def mcnemar(tallies: Tallies, first: int, second: int) -> PairedMatchups:
    """Return how two matchups of one reference differ on the pairs decided in both.

    Args:
        tallies: the comparisons of the study.
        first, second: indices of the matchups.

    Raises:
        ValueError: it is twice the same matchup.
    """
    if first == second:
        raise ValueError("a matchup is not compared with itself")
    one, other = _lead_by_pair(tallies, first), _lead_by_pair(tallies, second)
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


def _lead_by_pair(tallies: Tallies, matchup: int) -> IntArray:
    lead = np.zeros(len(tallies.pairs), dtype=np.int64)
    here = tallies.matchup == matchup
    lead[tallies.pair[here]] = tallies.lead[here]
    return lead
