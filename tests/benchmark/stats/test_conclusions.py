"""Conclusions as sentences: they state only what the numbers support."""

from dataclasses import replace

import numpy as np

from benchmark.stats.breakdowns import Division, breakdown
from benchmark.stats.conclusions import (
    conclusion,
    justification_conclusion,
    paired_conclusion,
    panel_warning,
    part_conclusion,
)
from benchmark.stats.justifications import justifications
from benchmark.stats.paired import PairedRow, paired
from benchmark.stats.preferences import preferences
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import MOTIF_CINEMO, MOTIF_STATIC, tallies, tallies_from_columns

WON, LOST = (5, 0), (0, 5)


def test_a_clear_difference_names_who_was_preferred() -> None:
    (ahead,) = preferences(tallies([WON] * 202 + [LOST] * 118), [MOTIF_CINEMO])
    (behind,) = preferences(tallies([WON] * 118 + [LOST] * 202), [MOTIF_CINEMO])
    assert conclusion(ahead).startswith(
        "People preferred motif to cinemo: motif won 63.1 % of 320 decided pairs"
    )
    assert conclusion(behind).startswith("People preferred cinemo to motif: motif won 36.9 %")


def test_no_difference_shown_is_not_called_equality() -> None:
    (row,) = preferences(tallies([WON] * 52 + [LOST] * 48), [MOTIF_CINEMO])
    assert conclusion(row).startswith("Not significant after Holm correction")
    assert "This does not prove equality" in conclusion(row)


def test_a_difference_that_the_correction_removes_is_described() -> None:
    # 6 of 6: p = 0.03125, times two matchups 0.0625.
    first, _, _ = preferences(
        tallies([WON] * 6 + [WON, LOST], matchup=[0] * 6 + [1] * 2), [MOTIF_CINEMO, MOTIF_STATIC]
    )
    assert conclusion(first).startswith("Not significant after Holm correction: motif won 100.0 %")
    assert "Holm-corrected p = 0.062" in conclusion(first)
    assert "0.031" not in conclusion(first)  # one p-value, the one of the table


def test_interim_and_empty_rows_conclude_nothing() -> None:
    (interim,) = preferences(tallies([WON] * 20), [MOTIF_CINEMO], interim=True)
    (empty,) = preferences(tallies([]), [MOTIF_CINEMO])
    assert "Tests are computed when the study is closed." in conclusion(interim)
    assert conclusion(empty) == "No pair is decided, so there is no score."


def test_the_average_is_described_as_one() -> None:
    average = preferences(tallies([WON, WON], matchup=[0, 1]), [MOTIF_CINEMO, MOTIF_STATIC])[-1]
    assert conclusion(average).startswith("On average over its matchups, motif won 100.0 %")


def test_reasons_are_concluded_from_their_own_test() -> None:
    counted = tallies(
        [WON] * 12 + [LOST] * 2,
        ticks=[[1, 0, 5] + [0] * 5] + [[0, 0, 5] + [0] * 5] * 11 + [[0, 1] + [0] * 6] * 2,
    )
    image, text, motion, _ = justifications(counted, [MOTIF_CINEMO])
    assert justification_conclusion(text).startswith("People gave text alignment more often for motif")
    assert justification_conclusion(image).startswith("No significant difference in image alignment")
    assert justification_conclusion(motion) == (
        "No vote for motif or for cinemo gives object motion as a reason."
    )
    interim = justifications(counted, [MOTIF_CINEMO], interim=True)[0]
    assert justification_conclusion(interim).startswith("Interim")


def won_alone(against_cinemo: int, against_static: int) -> PairedRow:
    """Compare two matchups of MotiF; each number counts the pairs that MotiF won only in that matchup."""
    pairs = [f"p{index}" for index in range(against_cinemo + against_static)]
    against_both = (
        [WON] * against_cinemo + [LOST] * (against_static + against_cinemo) + [WON] * against_static
    )
    counted = tallies(against_both, matchup=[0] * len(pairs) + [1] * len(pairs), pairs=pairs * 2)
    (row,) = paired(counted, [MOTIF_CINEMO, MOTIF_STATIC])
    return row


def test_the_stronger_opponent_is_the_one_won_against_less() -> None:
    clear, unclear = won_alone(20, 4), won_alone(5, 4)
    assert paired_conclusion(clear).startswith("The stronger opponent was static: of 24 pairs")
    assert paired_conclusion(unclear).startswith("No significant difference")
    assert paired_conclusion(replace(clear, p_value=None, p_holm=None)).startswith("Interim")


def test_a_part_of_the_benchmark_shows_nothing_by_itself() -> None:
    one_scenario = tallies_from_columns(
        matchup=[0] * 8,
        pair=[f"p{index}" for index in range(8)],
        scenario=["golf"] * 8,
        votes_reference=[5] * 8,
        votes_other=[0] * 8,
        reasons=[[0] * 8] * 8,
    )
    (row,) = breakdown(one_scenario, [MOTIF_CINEMO], Division.SCENARIO)
    assert "among many parts some intervals do so by chance" in part_conclusion(row, "Golf")
    (even,) = breakdown(
        replace(one_scenario, votes_other=np.array([5, 6] * 4)), [MOTIF_CINEMO], Division.SCENARIO
    )
    assert part_conclusion(even, "Golf").startswith("Against cinemo, motif won 0.0 % of 4 decided pairs")
    (split,) = breakdown(
        replace(one_scenario, votes_other=np.array([4, 6] * 4)), [MOTIF_CINEMO], Division.SCENARIO
    )
    assert "Golf alone shows no difference" in part_conclusion(split, "Golf")


def test_equal_panels_need_no_warning() -> None:
    assert panel_warning(tallies([WON, (3, 2)]), [MOTIF_CINEMO]) is None


def test_unequal_panels_are_warned_of_with_an_example() -> None:
    # 60 % of individual votes: a panel of three gives 64.8 % of the pairs, of five 68.3 %.
    warning = panel_warning(
        tallies([(3, 2), (2, 1)], matchup=[0, 1]), [MOTIF_CINEMO, Matchup("a:b", "a", "b")]
    )
    assert warning is not None
    assert "between 3 and 5 votes" in warning
    assert "wins 64.8 % of the pairs with 3 votes and 68.3 % with 5" in warning
    assert "Different from motif:cinemo: a:b." in warning
