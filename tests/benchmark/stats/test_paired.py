"""McNemar's test between two matchups, on the pairs that are decided in both matchups."""

import pytest

from benchmark.stats.paired import PairedRow, paired
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import MOTIF_CINEMO, MOTIF_STATIC, tallies

WON, LOST, TIED = (3, 2), (2, 3), (2, 2)


def row_of(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> PairedRow:
    """Compare two matchups of MotiF; each argument has the votes on the pairs p0, p1, ..."""
    pairs = [f"p{index}" for index in range(len(first))]
    matchup = [0] * len(first) + [1] * len(second)
    counted = tallies([*first, *second], matchup=matchup, pairs=pairs + pairs[: len(second)])
    (row,) = paired(counted, [MOTIF_CINEMO, MOTIF_STATIC])
    return row


def test_only_pairs_that_differ_count() -> None:
    # Won in the first alone: five; in the second alone: none. 2 / 2^5.
    result = row_of([WON] * 8 + [LOST] * 2, [LOST] * 5 + [WON] * 3 + [LOST] * 2)
    assert (result.both, result.only_first, result.only_second, result.neither) == (3, 5, 0, 2)
    assert result.p_value == 0.0625


def test_a_pair_undecided_or_missing_in_one_is_left_out() -> None:
    result = row_of([WON, TIED, WON], [LOST, WON])
    assert (result.both, result.only_first, result.only_second, result.neither) == (0, 1, 0, 0)


def test_agrees_with_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    first = [WON] * 30 + [LOST] * 20
    second = [WON] * 20 + [LOST] * 10 + [WON] * 4 + [LOST] * 16
    result = row_of(first, second)
    theirs = mcnemar([[20, 10], [4, 16]], exact=True)
    assert result.p_value == pytest.approx(theirs.pvalue)


def test_exchanging_the_matchups_mirrors_the_table() -> None:
    first, second = [WON, WON, LOST, WON], [WON, LOST, WON, LOST]
    one, other = row_of(first, second), row_of(second, first)
    assert (one.only_first, one.only_second, one.p_value) == (
        other.only_second,
        other.only_first,
        other.p_value,
    )


def three_matchups(votes: list[tuple[int, int]]) -> list[PairedRow]:
    """Compare MotiF with three models on four pairs; `votes` has the votes of all twelve comparisons."""
    matchups = [MOTIF_CINEMO, MOTIF_STATIC, Matchup("motif:seine", "motif", "seine", "demo")]
    counted = tallies(votes, matchup=[0] * 4 + [1] * 4 + [2] * 4, pairs=["p0", "p1", "p2", "p3"] * 3)
    return paired(counted, matchups)


def test_the_table_has_a_row_for_every_two_matchups_of_a_reference() -> None:
    rows = three_matchups([WON] * 4 + [LOST] * 4 + [WON, WON, WON, LOST])

    assert [(row.first_other, row.second_other, row.only_first, row.only_second) for row in rows] == [
        ("cinemo", "static", 4, 0),
        ("cinemo", "seine", 1, 0),
        ("static", "seine", 0, 3),
    ]
    # 2 / 2^4, 1 and 2 / 2^3; Holm multiplies the smallest by three, the next by two.
    assert [row.p_value for row in rows] == [0.125, 1.0, 0.25]
    assert [row.p_holm for row in rows] == [0.375, 1.0, 0.5]


def test_matchups_without_a_decided_pair_in_common_have_no_row() -> None:
    assert three_matchups([WON, WON, TIED, TIED] + [TIED, TIED, WON, WON] + [(0, 0)] * 4) == []


def test_matchups_of_different_references_are_not_paired() -> None:
    counted = tallies([WON, WON], matchup=[0, 1], pairs=["p0", "p0"])
    assert paired(counted, [MOTIF_CINEMO, Matchup("cinemo:static", "cinemo", "static")]) == []


def test_an_open_study_has_no_p_values() -> None:
    counted = tallies([WON, LOST], matchup=[0, 1], pairs=["p0", "p0"])
    (row,) = paired(counted, [MOTIF_CINEMO, MOTIF_STATIC], interim=True)
    assert (row.pairs, row.p_value, row.p_holm) == (1, None, None)
