"""The exact sign test and Holm's correction, compared with values by hand, scipy and statsmodels."""

import pytest
from scipy.stats import binomtest

from benchmark.stats.significance import holm, sign_test


def test_five_of_five_has_one_in_sixteen() -> None:
    assert sign_test(5, 0) == 2 / 32


def test_eight_of_ten_by_hand() -> None:
    # 2 * (1 + 10 + 45) / 1024
    assert sign_test(8, 2) == 112 / 1024


def test_an_even_division_and_no_pair_at_all_speak_against_nothing() -> None:
    assert sign_test(4, 4) == 1.0
    assert sign_test(0, 0) == 1.0
    assert sign_test(3, 4) == 1.0  # the tail counts the middle twice, and is held at 1


@pytest.mark.parametrize(("won", "lost"), [(202, 118), (295, 25), (160, 161), (0, 320), (3000, 2800)])
def test_agrees_with_scipy(won: int, lost: int) -> None:
    assert sign_test(won, lost) == pytest.approx(binomtest(won, won + lost).pvalue, rel=1e-9)


def test_exchanging_the_sides_changes_nothing() -> None:
    assert sign_test(202, 118) == sign_test(118, 202)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="not counts"):
        sign_test(-1, 3)


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.03, 0.04: times 3, 2, 1 gives 0.03, 0.06, 0.04, and the last is held at 0.06.
    assert holm([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06]


def test_holm_agrees_with_statsmodels_and_never_exceeds_one() -> None:
    from statsmodels.stats.multitest import multipletests

    p_values = [0.9, 0.001, 0.04, 0.04, 0.6, 1.0]
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))
    assert max(holm(p_values)) == 1.0


def test_holm_of_nothing_is_nothing() -> None:
    assert holm([]) == []
