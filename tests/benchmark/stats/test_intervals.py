"""Wilson and Clopper-Pearson intervals, compared with published values and with statsmodels."""

import pytest

from benchmark.stats.intervals import clopper_pearson, normal_quantile, wilson
from benchmark.stats.rounding import percent_of_bound


@pytest.mark.parametrize(
    ("won", "low", "high"),
    # The intervals printed beside the paper's rows on the reference results page.
    [(213, 61.2, 71.5), (210, 60.3, 70.6), (202, 57.7, 68.2), (198, 56.4, 67.0), (188, 53.3, 64.0)],
)
def test_wilson_gives_the_intervals_of_the_papers_rows(won: int, low: float, high: float) -> None:
    interval = wilson(won, 320)
    assert (percent_of_bound(interval.low), percent_of_bound(interval.high)) == (low, high)


@pytest.mark.parametrize(("count", "total"), [(0, 320), (320, 320), (1, 1), (0, 1), (7, 9), (160, 320)])
def test_both_agree_with_statsmodels(count: int, total: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    for interval, method in ((wilson(count, total), "wilson"), (clopper_pearson(count, total), "beta")):
        low, high = proportion_confint(count, total, method=method)
        assert interval.low == pytest.approx(low, abs=1e-12)
        assert interval.high == pytest.approx(high, abs=1e-12)


def test_none_and_all_of_320_have_intervals() -> None:
    # z^2 / (n + z^2) with z = 1.96: 3.8416 / 323.8416.
    assert wilson(0, 320).low == 0.0
    assert wilson(0, 320).high == pytest.approx(0.01186, abs=1e-5)
    assert wilson(320, 320).high == 1.0
    # The rule of (alpha/2)^(1/n): 0.025^(1/320).
    assert clopper_pearson(320, 320).low == pytest.approx(0.025 ** (1 / 320), abs=1e-12)


def test_exchanging_the_sides_mirrors_both_intervals() -> None:
    for method in (wilson, clopper_pearson):
        assert method(202, 320).low == pytest.approx(1 - method(118, 320).high, abs=1e-12)


@pytest.mark.parametrize(("count", "total"), [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(count: int, total: int) -> None:
    for method in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match="is not a share"):
            method(count, total)


def test_a_confidence_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        normal_quantile(1.0)
