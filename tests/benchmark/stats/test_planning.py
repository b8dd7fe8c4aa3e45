"""Power, size and cost of a study, compared with published values, values by hand, and scipy."""

import pytest
from scipy.stats import betabinom, binom, binomtest

from benchmark.stats.power import (
    detectable_share,
    expected_score,
    pairs_needed,
    plan_sentence,
    plan_study,
    sign_test_power,
)


@pytest.mark.parametrize(("share", "power"), [(0.60, 0.94), (0.55, 0.39)])
def test_320_pairs_find_what_they_should(share: float, power: float) -> None:
    assert round(sign_test_power(320, share), 2) == power


def test_power_by_hand() -> None:
    # Six pairs: only 6:0 and 0:6 have p <= 0.05 (2/64); 0.9^6 + 0.1^6.
    assert sign_test_power(6, 0.9) == pytest.approx(0.531441 + 0.000001)
    # Five pairs: even 5:0 has p = 2/32 > 0.05.
    assert sign_test_power(5, 0.99) == 0.0


@pytest.mark.parametrize(("pairs", "share"), [(47, 0.7), (51, 0.62), (320, 0.4)])
def test_power_agrees_with_scipy_summed_over_all_outcomes(pairs: int, share: float) -> None:
    found = [won for won in range(pairs + 1) if binomtest(won, pairs).pvalue <= 0.05]
    assert sign_test_power(pairs, share) == pytest.approx(binom.pmf(found, pairs, share).sum(), abs=1e-12)


def test_power_is_the_same_for_both_sides() -> None:
    assert sign_test_power(100, 0.4) == pytest.approx(sign_test_power(100, 0.6))


@pytest.mark.parametrize("share", [0.6, 0.65, 0.8, 0.3])
def test_from_the_pairs_needed_on_the_power_never_falls_below(share: float) -> None:
    pairs = pairs_needed(share)
    assert sign_test_power(pairs - 1, share) < 0.8
    assert min(sign_test_power(more, share) for more in range(pairs, pairs + 120)) >= 0.8


def test_what_is_detectable_is_found_four_times_out_of_five() -> None:
    share = detectable_share(320)
    assert sign_test_power(320, share) == pytest.approx(0.8, abs=1e-4)
    assert detectable_share(5) == 1.0  # five pairs find nothing


def test_the_score_grows_with_the_panel() -> None:
    # Three votes: 0.6^3 + 3 * 0.6^2 * 0.4 = 0.648.
    assert expected_score(0.6, 1) == pytest.approx(0.6)
    assert expected_score(0.6, 3) == pytest.approx(0.648)
    assert expected_score(0.6, 5) == pytest.approx(0.68256)


def test_pairs_that_differ_much_make_the_panel_matter_less() -> None:
    # kappa 0.5 with a share of 0.6 is a beta distribution with a = 0.6, b = 0.4.
    assert expected_score(0.6, 5, kappa=0.5) == pytest.approx(betabinom.pmf([3, 4, 5], 5, 0.6, 0.4).sum())
    assert 0.6 < expected_score(0.6, 5, kappa=0.5) < expected_score(0.6, 5)


def test_a_plan_counts_its_votes() -> None:
    plan = plan_study(share=0.6, matchups=9, pairs=320)
    assert plan.votes == 14_400
    assert round(plan.power, 2) == 0.94
    assert plan.power_corrected == sign_test_power(320, 0.6, alpha=0.05 / 9) < plan.power
    assert "14,400 votes" in plan_sentence(plan)


def test_a_plan_without_pairs_uses_the_required_number() -> None:
    assert plan_study(share=0.6).pairs == pairs_needed(0.6)


def test_what_cannot_be_planned_is_refused() -> None:
    with pytest.raises(ValueError, match="within one point"):
        pairs_needed(0.505)
    with pytest.raises(ValueError, match="odd panel"):
        plan_study(share=0.6, panel=4)
    with pytest.raises(ValueError, match="at least one pair"):
        sign_test_power(0, 0.6)
    with pytest.raises(ValueError, match="odd panel"):
        expected_score(0.6, 2)
