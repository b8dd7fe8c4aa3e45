"""Logistic regression, compared with values by hand and with statsmodels."""

import numpy as np
import pytest

from benchmark.stats.logistic import NoFit, fit_logistic


def test_a_constant_alone_is_the_log_odds() -> None:
    # 30 votes for the reference of 40: log(30 / 10).
    fit = fit_logistic(np.ones((8, 1)), np.array([5, 5, 5, 5, 5, 5, 0, 0]), np.full(8, 5), np.arange(8))

    assert fit.coefficients == pytest.approx([np.log(3)])
    # Scores are 5 - 3.75 = 1.25 six times and -3.75 twice: B = 37.5, H = 40 * 3 / 16 = 7.5.
    assert fit.standard_errors == pytest.approx([np.sqrt(37.5 / 7.5**2 * 8 / 7 * 39 / 39)])
    assert (fit.votes, fit.clusters) == (40, 8)


def test_it_equals_statsmodels_with_clustered_errors() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    covariates = np.column_stack([np.ones(120), rng.normal(size=120), rng.normal(0, 100, 120)])
    votes = rng.choice([3, 5], 120)
    cluster = rng.integers(0, 25, 120)
    share = 1 / (1 + np.exp(-(covariates @ [0.2, 0.5, -0.004])))
    won = rng.binomial(votes, share)

    fit = fit_logistic(covariates, won, votes, cluster)

    row = np.repeat(np.arange(120), votes)
    chosen = np.concatenate([np.arange(n) < k for n, k in zip(votes, won, strict=True)]).astype(float)
    reference = sm.Logit(chosen, covariates[row]).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": cluster[row]}
    )
    assert fit.coefficients == pytest.approx(reference.params, rel=1e-6)
    assert fit.standard_errors == pytest.approx(reference.bse, rel=1e-6)
    assert fit.p_values == pytest.approx(reference.pvalues, rel=1e-5)


@pytest.mark.parametrize(
    ("covariates", "won", "message"),
    [
        (np.ones((12, 1)), np.full(12, 5), "separates the votes"),
        (np.column_stack([np.ones(12), np.ones(12)]), np.arange(12) % 6, "follows from the others"),
        (np.zeros((12, 1)), np.arange(12) % 6, "constant"),
        (np.random.default_rng(1).normal(size=(12, 12)), np.arange(12) % 6, "too few"),
    ],
)
def test_a_fit_that_does_not_exist_is_refused(covariates: np.ndarray, won: np.ndarray, message: str) -> None:
    with pytest.raises(NoFit, match=message):
        fit_logistic(covariates, won, np.full(12, 5), np.arange(12))
