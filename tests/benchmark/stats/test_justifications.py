"""Justification rates in both definitions, with significance tests over pairs."""

from benchmark.protocol import Justification
from benchmark.stats.justifications import justifications
from tests.benchmark.made_votes import MOTIF_CINEMO, MOTIF_STATIC, tallies

NO_TICKS = [0] * 8


def test_rates_over_all_votes_and_over_the_votes_for_a_side() -> None:
    # Six of ten votes for the reference; three of them and one of the other four ticked image alignment.
    counted = tallies([(4, 1), (2, 3)], ticks=[[2, 0, *NO_TICKS[2:]], [1, 1, *NO_TICKS[2:]]])

    image = justifications(counted, [MOTIF_CINEMO])[0]

    assert image.justification is Justification.IMAGE_ALIGNMENT
    assert (image.rate_reference, image.rate_other) == (30.0, 10.0)
    assert (image.side_rate_reference, image.side_rate_other) == (50.0, 25.0)
    assert (image.ticked_reference, image.ticked_other, image.votes) == (3, 1, 10)


def test_the_pair_is_the_unit_of_the_test() -> None:
    # Six pairs whose five votes all ticked: as six coins, 2/64, not as thirty.
    counted = tallies([(5, 0)] * 6, ticks=[[5, 0, *NO_TICKS[2:]]] * 6)
    image, text, *_ = justifications(counted, [MOTIF_CINEMO])
    assert image.p_value == 0.03125
    assert image.p_holm == 0.125  # four justifications
    assert text.p_value == 1.0


def test_a_side_without_votes_has_no_rate_of_its_own() -> None:
    image = justifications(tallies([(5, 0)]), [MOTIF_CINEMO])[0]
    assert (image.side_rate_reference, image.side_rate_other) == (0.0, None)


def test_a_matchup_in_which_no_vote_gives_a_reason_is_not_tested_and_not_corrected_for() -> None:
    # Six pairs of one matchup are six coins, 2/64; the other matchup has the votes and no reason.
    ticks = [[5, 0, *NO_TICKS[2:]]] * 6 + [NO_TICKS] * 6
    counted = tallies([(5, 0)] * 12, matchup=[0] * 6 + [1] * 6, ticks=ticks)
    rows = justifications(counted, [MOTIF_CINEMO, MOTIF_STATIC])
    assert [row.p_value for row in rows] == [0.03125, 1.0, 1.0, 1.0] + [None] * 4
    assert rows[0].p_holm == 0.125  # four tests, not eight
    assert (rows[4].rate_reference, rows[4].votes) == (0.0, 30)


def test_no_votes_at_all_and_interim_have_no_p_values() -> None:
    assert {row.p_value for row in justifications(tallies([]), [MOTIF_CINEMO])} == {None}
    assert {row.p_value for row in justifications(tallies([(5, 0)]), [MOTIF_CINEMO], interim=True)} == {None}
