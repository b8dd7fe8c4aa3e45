"""Scores by scenario and by tag."""

from benchmark.stats.breakdowns import by_scenario, by_tag
from benchmark.stats.tallies import Tallies
from tests.benchmark.made_votes import MOTIF_CINEMO, MOTIF_STATIC, tallies


def test_scores_each_scenario_of_each_matchup() -> None:
    counted = Tallies.from_columns(
        matchup=[0, 0, 0, 1],
        pair=["p1", "p2", "p3", "p1"],
        scenario=["tide", "golf", "tide", "tide"],
        votes_reference=[5, 1, 2, 0],
        votes_other=[0, 4, 2, 5],
        reasons=[[5, 0] + [0] * 6, [0, 2] + [0] * 6, [0] * 8, [0] * 8],
    )

    rows = by_scenario(counted, [MOTIF_CINEMO, MOTIF_STATIC])

    assert [(row.matchup, row.part, row.ti2v_score_reference) for row in rows] == [
        ("motif:cinemo", "golf", 0.0),
        ("motif:cinemo", "tide", 100.0),
        ("motif:static", "tide", 0.0),
    ]
    tide = rows[1]
    assert (tide.pairs_won_reference, tide.pairs_undecided, tide.votes) == (1, 1, 9)
    assert tide.rates["image_alignment"] == (55.6, 0.0)  # 5 of 9 votes
    assert (tide.ci_low, tide.ci_high) == (20.7, 100.0)


def test_a_pair_counts_under_each_of_its_tags() -> None:
    counted = tallies([(5, 0), (0, 5), (3, 2)], pairs=["p1", "p2", "p3"])
    rows = by_tag(
        counted, [MOTIF_CINEMO], {"p1": ["several objects", "cartoon"], "p2": ["cartoon"], "other": ["x"]}
    )
    assert [(row.part, row.pairs_won_reference, row.pairs_won_other) for row in rows] == [
        ("cartoon", 1, 1),
        ("several objects", 1, 0),
    ]


def test_without_scenarios_or_tags_there_is_nothing() -> None:
    assert by_scenario(tallies([(5, 0)]), [MOTIF_CINEMO]) == []
    assert by_tag(tallies([(5, 0)]), [MOTIF_CINEMO], {}) == []
