"""The preferences table, compared with values by hand: shares, intervals, p-values and averages."""

from dataclasses import fields

from benchmark.stats.preferences import PreferenceRow, averaged_matchups, preferences
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import MOTIF_CINEMO, MOTIF_STATIC, tallies

CONTRACT_METRICS = ("ti2v_score", "image_alignment", "text_alignment", "object_motion", "overall_quality")


def test_the_columns_are_the_contracts() -> None:
    metrics = [
        f"{metric}_{column}"
        for metric in CONTRACT_METRICS
        for column in ("reference", "other", "reference_n", "other_n", "total")
    ]
    last = ["ci_low", "ci_high", "p_value", "p_holm", "pairs_decided", "pairs_undecided", "votes"]
    assert [field.name for field in fields(PreferenceRow)] == [
        "study",
        "matchup",
        "reference",
        "other",
        *metrics,
        *last,
    ]


def test_an_undecided_pair_leaves_the_score_but_its_votes_count_in_the_rates() -> None:
    # Two of three decided pairs; one of ten votes ticked text alignment, on the undecided pair.
    counted = tallies([(2, 0), (2, 1), (0, 1), (2, 2)], ticks=[[0] * 8] * 3 + [[0, 0, 1, 0, 0, 0, 0, 0]])

    (row,) = preferences(counted, [MOTIF_CINEMO])

    assert (row.ti2v_score_reference, row.ti2v_score_other) == (66.7, 33.3)
    assert (row.ti2v_score_reference_n, row.ti2v_score_total) == (2, 3)
    assert (row.pairs_decided, row.pairs_undecided, row.votes) == (3, 1, 10)
    assert (row.text_alignment_reference, row.text_alignment_total) == (10.0, 10)


def test_p_values_are_corrected_over_the_matchups_of_the_study() -> None:
    # 6 of 6: 2/64 = 0.03125; 5 of 5: 2/32 = 0.0625. Holm doubles the smaller and keeps the other.
    counted = tallies([(1, 0)] * 11, matchup=[0] * 6 + [1] * 5)

    first, second, _ = preferences(counted, [MOTIF_CINEMO, MOTIF_STATIC])

    assert (first.p_value, first.p_holm) == (0.03125, 0.0625)
    assert (second.p_value, second.p_holm) == (0.0625, 0.0625)


def test_an_open_study_shows_no_p_values() -> None:
    (row,) = preferences(tallies([(5, 0), (3, 2)]), [MOTIF_CINEMO], interim=True)
    assert (row.p_value, row.p_holm) == (None, None)
    assert row.ti2v_score_reference == 100.0


def test_a_matchup_without_votes_has_a_row_without_shares() -> None:
    decided, empty = preferences(tallies([(5, 0)] * 5), [MOTIF_CINEMO, Matchup("a:b", "a", "b")])
    assert (empty.ti2v_score_reference, empty.ci_low, empty.p_value, empty.votes) == (None, None, None, 0)
    assert decided.p_holm == decided.p_value == 0.0625  # it is not corrected for what was not tested


def test_only_undecided_pairs_give_no_score() -> None:
    (row,) = preferences(tallies([(1, 1), (2, 2)]), [MOTIF_CINEMO])
    assert (row.ti2v_score_reference, row.ti2v_score_total, row.p_value) == (None, 0, None)
    assert row.pairs_undecided == 2


def test_one_pair_is_enough_for_a_score_with_a_wide_interval() -> None:
    # Wilson for 1 of 1: [1 / (1 + z^2), 1] = [20.65 %, 100 %].
    (row,) = preferences(tallies([(3, 2)]), [MOTIF_CINEMO])
    assert (row.ti2v_score_reference, row.ci_low, row.ci_high, row.p_value) == (100.0, 20.7, 100.0, 1.0)


def test_the_average_weighs_every_matchup_the_same() -> None:
    # 1 of 2 pairs and 3 of 4 pairs: (1/2 + 3/4) / 2 = 62.5 %, not 4 of 6.
    counted = tallies(
        [(1, 0), (0, 1), (1, 0), (1, 0), (1, 0), (0, 1)],
        matchup=[0, 0, 1, 1, 1, 1],
        pairs=["p0", "p1", "p0", "p1", "p2", "p3"],
    )

    average = preferences(counted, [MOTIF_CINEMO, MOTIF_STATIC])[-1]

    assert (average.matchup, average.reference, average.other) == ("average", "motif", None)
    assert (average.ti2v_score_reference, average.ti2v_score_other) == (62.5, 37.5)
    assert (average.ti2v_score_reference_n, average.p_value) == (None, None)
    assert average.ci_low < 62.5 < average.ci_high


def test_a_reference_that_is_also_an_other_has_no_average() -> None:
    round_robin = [
        Matchup(f"{a}:{b}", a, b) for a, b in [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]
    ]
    assert averaged_matchups(round_robin) == [[0, 1, 2]]
