"""Two studies of the same matchup, compared on pairs that both studies decided; values by hand."""

from dataclasses import replace

import pytest

from benchmark.stats.study_comparison import SharedMatchup, StudyComparison, compare_studies
from tests.benchmark.made_votes import tallies

WON, LOST, TIED = (3, 2), (2, 3), (2, 2)
SHARED = SharedMatchup("motif", "cinemo", 0, 0, is_swapped=False, same_clips=True)


def compared(
    first: dict[str, tuple[int, int]],
    second: dict[str, tuple[int, int]],
    shared: SharedMatchup = SHARED,
    *,
    interim: bool = False,
) -> StudyComparison:
    (row,) = compare_studies(
        tallies(list(first.values()), pairs=list(first)),
        tallies(list(second.values()), pairs=list(second)),
        [shared],
        interim=interim,
    )
    return row


# Ten pairs: the reference wins eight in the first study, three in the second, and never in the second alone.
FIRST = {f"p{number}": WON if number < 8 else LOST for number in range(10)}
SECOND = {f"p{number}": WON if number < 3 else LOST for number in reversed(range(10))}


def test_scores_difference_test_and_agreement() -> None:
    row = compared(FIRST, SECOND)

    assert (row.first.share, row.second.share, row.difference) == (80.0, 30.0, -50.0)
    assert (row.first.low, row.first.high) == (49.0, 94.3)  # Wilson, 8 of 10
    table = row.compared
    assert (table.both, table.only_first, table.only_second, table.neither) == (3, 5, 0, 2)
    assert row.p_value == row.p_holm == 0.0625  # 2 / 2^5
    assert row.agreement.percent_agreement == 50.0


def test_a_pair_that_one_study_lacks_or_left_undecided_is_left_out() -> None:
    row = compared({"a": WON, "b": TIED, "c": LOST}, {"c": LOST, "b": WON, "d": WON})

    assert (row.compared.pairs, row.compared.neither) == (1, 1)
    assert row.second.pairs_decided == 3


def test_the_second_study_may_have_the_sides_the_other_way_round() -> None:
    turned = {pair: votes[::-1] for pair, votes in SECOND.items()}

    row = compared(FIRST, turned, replace(SHARED, is_swapped=True))

    assert replace(row, shared=SHARED) == compared(FIRST, SECOND)


def test_interim_results_and_studies_without_a_common_pair_have_no_p_value() -> None:
    assert compared(FIRST, SECOND, interim=True).p_value is None
    apart = compared({"a": WON}, {"b": WON})
    assert (apart.p_value, apart.p_holm, apart.agreement.percent_agreement) == (None, None, None)


def test_holm_counts_only_the_matchups_that_were_tested() -> None:
    first = tallies([WON] * 6, matchup=[0] * 5 + [1], pairs=[*"abcde", "a"])
    second = tallies([LOST] * 6, matchup=[0] * 5 + [1], pairs=[*"abcde", "z"])
    rows = compare_studies(first, second, [SHARED, replace(SHARED, first=1, second=1)])

    assert [row.p_holm for row in rows] == [pytest.approx(0.0625), None]
