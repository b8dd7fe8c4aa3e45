"""Agreement, compared with values by hand, with Fleiss' table, with evalica and with statsmodels."""

import numpy as np
import pandas as pd
import pytest

from benchmark.stats.agreement import agreement
from benchmark.stats.agreement_table import agreement_sentence, agreements
from tests.benchmark.made_votes import MOTIF_CINEMO, MOTIF_STATIC, tallies


def measured(yes: list[int], votes: list[int]):  # type: ignore[no-untyped-def]
    return agreement(np.array(yes), np.array(votes))


def test_three_panels_of_five_by_hand() -> None:
    # 5|0, 4|1, 3|2: P_i = 1, 12/20, 8/20, so P = 2/3. pi = 12/15 = 0.8, chance for kappa 1 - 0.32 = 0.68.
    result = measured([5, 4, 3], [5, 5, 5])
    assert result.percent.value == pytest.approx(2 / 3)
    assert result.fleiss_kappa.value == pytest.approx((2 / 3 - 0.68) / 0.32)
    assert result.gwet_ac1.value == pytest.approx((2 / 3 - 0.32) / 0.68)
    # alpha = 1 - 14 * (0 + 2*4/4 + 2*6/4) / (2 * 12 * 3) = 1 - 14 * 5 / 72
    assert result.krippendorff_alpha.value == pytest.approx(1 - 70 / 72)
    assert (result.complete, result.partial, result.split) == (1, 1, 1)


def test_agrees_with_statsmodels_and_evalica_on_uneven_panels() -> None:
    import evalica
    from statsmodels.stats.inter_rater import fleiss_kappa

    yes, votes = [5, 4, 3, 1, 0, 2, 5, 4], [5] * 8
    kappa = fleiss_kappa(np.array([yes, np.array(votes) - yes]).T)
    assert measured(yes, votes).fleiss_kappa.value == pytest.approx(kappa, abs=1e-12)

    yes, votes = [5, 2, 1, 1, 0, 2, 4], [5, 3, 2, 4, 3, 5, 4]
    ratings = pd.DataFrame(
        [[1] * k + [0] * (n - k) + [None] * (5 - n) for k, n in zip(yes, votes, strict=True)]
    ).T
    alpha = evalica.alpha(ratings, distance="nominal").alpha
    assert measured(yes, votes).krippendorff_alpha.value == pytest.approx(alpha, abs=1e-9)


def test_when_all_always_say_the_same_kappa_and_alpha_are_not_defined() -> None:
    result = measured([5, 5, 5], [5, 5, 5])
    assert (result.percent.value, result.gwet_ac1.value) == (1.0, 1.0)
    assert (result.fleiss_kappa.value, result.krippendorff_alpha.value) == (None, None)
    assert result.percent.interval is None  # no comparison differs, so nothing can be said on the spread


def test_comparisons_with_fewer_than_two_votes_say_nothing() -> None:
    result = measured([1, 0, 2], [1, 0, 2])
    assert (result.comparisons, result.votes) == (1, 2)
    empty = measured([1], [1])
    assert (empty.comparisons, empty.percent.value, empty.gwet_ac1.interval) == (0, None, None)


def test_a_tie_and_the_closest_division_are_split() -> None:
    result = measured([1, 2, 2, 1], [2, 4, 5, 5])
    assert (result.complete, result.partial, result.split) == (0, 1, 3)


def test_the_jackknife_of_percent_agreement_is_the_standard_error_of_a_mean() -> None:
    # P_i of 10 comparisons: seven 1.0, three 0.4. Mean 0.82, sample variance 0.084, so se = sqrt(0.0084).
    interval = measured([5] * 7 + [3] * 3, [5] * 10).percent.interval
    assert interval is not None
    assert interval.low == pytest.approx(0.82 - 1.959964 * 0.0084**0.5, abs=1e-6)
    assert interval.high == pytest.approx(0.82 + 1.959964 * 0.0084**0.5, abs=1e-6)


def test_exchanging_the_answers_changes_nothing() -> None:
    one, other = measured([5, 4, 3, 1], [5] * 4), measured([0, 1, 2, 4], [5] * 4)
    for name in ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1"):
        assert getattr(one, name).value == pytest.approx(getattr(other, name).value)


def test_rows_cover_every_matchup_and_question_and_all_matchups_together() -> None:
    counted = tallies([(5, 0), (4, 1), (3, 2)], matchup=[1, 0, 0])
    rows = agreements(counted, [MOTIF_CINEMO, MOTIF_STATIC])
    assert len(rows) == 15
    choice = {row.matchup: row for row in rows if row.question == "choice"}
    assert (choice["motif:cinemo"].partial, choice["motif:cinemo"].split) == (50.0, 50.0)
    assert choice["motif:static"].complete == 100.0
    assert (choice["all"].percent_agreement, choice["all"].comparisons) == (66.7, 3)


def test_a_tick_counts_whichever_side_was_chosen() -> None:
    # Of five votes, two for the reference and one for the other side ticked image alignment: 3 of 5.
    image = agreements(tallies([(4, 1)], ticks=[[2, 1, 0, 0, 0, 0, 0, 0]]), [MOTIF_CINEMO])[1]
    assert (image.question, image.percent_agreement, image.prevalence) == ("image_alignment", 40.0, 60.0)


def test_the_sentence_names_the_prevalence_paradox_where_it_bites() -> None:
    rare = agreements(tallies([(5, 0)] * 9 + [(4, 1)]), [MOTIF_CINEMO])[0]
    even = agreements(tallies([(5, 0), (0, 5), (3, 2)]), [MOTIF_CINEMO])[0]
    same = agreements(tallies([(5, 0)]), [MOTIF_CINEMO])[0]
    none = agreements(tallies([(1, 0)]), [MOTIF_CINEMO])[0]
    assert "prevalence paradox" in agreement_sentence(rare)
    assert "prevalence paradox" not in agreement_sentence(even)
    assert "undefined" in agreement_sentence(same)
    assert "cannot be measured" in agreement_sentence(none)
