"""Scores by scenario, by image style and by hard case."""

import pytest

from benchmark.stats.breakdowns import BreakdownRow, Division, breakdown, breakdowns
from benchmark.stats.tallies import Tallies
from benchmark.tables import TableError
from tests.benchmark.made_votes import (
    MOTIF_CINEMO,
    MOTIF_STATIC,
    panel,
    table,
    tallies,
    tallies_from_columns,
    votes_of,
)


def test_scores_the_whole_and_each_scenario_of_each_matchup() -> None:
    counted = tallies_from_columns(
        matchup=[0, 0, 0, 1],
        pair=["p1", "p2", "p3", "p1"],
        scenario=["tide", "golf", "tide", "tide"],
        votes_reference=[5, 1, 2, 0],
        votes_other=[0, 4, 2, 5],
        reasons=[[5, 0] + [0] * 6, [0, 2] + [0] * 6, [0] * 8, [0] * 8],
    )

    whole, *_, last = breakdowns(counted, [MOTIF_CINEMO, MOTIF_STATIC])
    assert (whole.division, whole.part, whole.votes, last.division) == ("whole", "all", 14, "scenario")
    # 8 of 14 votes; 5 of those 8 and 2 of the other 6 gave the image as a reason.
    assert (whole.vote_share_reference, whole.vote_share_other) == (57.1, 42.9)
    assert (whole.image_alignment_side_rate_reference, whole.image_alignment_side_rate_other) == (62.5, 33.3)

    rows = breakdown(counted, [MOTIF_CINEMO, MOTIF_STATIC], Division.SCENARIO)
    assert [(row.matchup, row.division, row.part, row.ti2v_score_reference) for row in rows] == [
        ("motif:cinemo", "scenario", "golf", 0.0),
        ("motif:cinemo", "scenario", "tide", 100.0),
        ("motif:static", "scenario", "tide", 0.0),
    ]
    tide = rows[1]
    assert (tide.ti2v_score_reference_n, tide.pairs_decided, tide.pairs_undecided, tide.votes) == (1, 1, 1, 9)
    assert (tide.image_alignment_reference, tide.image_alignment_other) == (55.6, 0.0)  # 5 of 9 votes
    assert (tide.ci_low, tide.ci_high) == (20.7, 100.0)


def by_tags(division: Division) -> list[BreakdownRow]:
    rows = [
        *panel(for_reference=5, for_other=0, pair="p1", style="clay", hard_case="one_of_several"),
        *panel(for_reference=1, for_other=4, pair="p2", style="clay"),
        *panel(for_reference=4, for_other=1, pair="p3", style="flat"),
        *panel(for_reference=3, for_other=2, pair="p4"),
    ]
    votes = votes_of(table(rows))
    return breakdown(Tallies.from_votes(votes), votes.matchups, division)


def test_scores_each_image_style_and_leaves_out_pairs_without_one() -> None:
    assert [
        (row.part, row.ti2v_score_reference_n, row.ti2v_score_other_n) for row in by_tags(Division.STYLE)
    ] == [("clay", 1, 1), ("flat", 1, 0)]


def test_scores_each_hard_case() -> None:
    (row,) = by_tags(Division.HARD_CASE)
    assert (row.part, row.ti2v_score_reference, row.votes) == ("one_of_several", 100.0, 5)


def test_a_pair_has_one_style() -> None:
    rows = [
        *panel(for_reference=1, for_other=0, style="clay"),
        *panel(for_reference=0, for_other=1, style="flat"),
    ]
    with pytest.raises(
        TableError, match='row 2, column style: "flat" differs from the style of pair "golf1_putt"'
    ):
        votes_of(table(rows))


def test_without_scenarios_or_tags_there_is_nothing() -> None:
    assert [row.division for row in breakdowns(tallies([(5, 0)]), [MOTIF_CINEMO])] == ["whole"]
