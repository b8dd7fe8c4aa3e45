"""Fits a logistic regression of votes on differences between two sides; errors are clustered by image.

    P(a vote is for the reference) = 1 / (1 + exp(-(x . b)))

The matrix x contains the covariates' differences, reference minus other; the caller may add a constant
column. The likelihood has one factor per vote. Votes on clips of one image are not independent, so each image
is a cluster. The covariance is the sandwich H^-1 B H^-1; the matrix B is computed from one score vector per
cluster. As in statsmodels, the covariance is multiplied by G / (G - 1) * (N - 1) / (N - K) for N votes, K
coefficients and G clusters. Source: K.-Y. Liang and S. L. Zeger (1986), Biometrika 73(1), 13-22.
"""

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray

STEPS = 50
TOLERANCE = 1e-10
# If a coefficient of a standardised covariate is larger than this limit, the covariate separates the votes.
LARGEST = 15.0


class NoFit(ValueError):
    """The logistic regression has no finite or no unique solution. The message gives the reason."""


@dataclass(frozen=True)
class LogisticFit:
    """The coefficients with clustered standard errors and two-sided p-values (normal approximation)."""

    coefficients: FloatArray
    standard_errors: FloatArray
    p_values: FloatArray
    votes: int
    clusters: int


def fit_logistic(covariates: FloatArray, won: IntArray, votes: IntArray, cluster: IntArray) -> LogisticFit:
    """Fit the logistic regression by Newton's method.

    Args:
        covariates: (comparisons, coefficients).
        won: (comparisons,) number of votes for the reference.
        votes: (comparisons,) number of all votes on the comparison, at least 1.
        cluster: (comparisons,) code of the cluster.

    Raises:
        NoFit: there are too few clusters, covariates are linearly dependent, or a covariate separates the
            votes perfectly.
    """
    columns = covariates.shape[1]
    _, place = np.unique(cluster, return_inverse=True)
    clusters = int(place.max(initial=-1)) + 1
    if clusters <= columns:
        raise NoFit(f"{clusters} images are too few for {columns} coefficients.")
    scale = np.sqrt((covariates**2).mean(axis=0))
    if (scale == 0).any() or np.linalg.matrix_rank(covariates / scale) < columns:
        raise NoFit("A covariate is constant or follows from the others.")
    scaled = covariates / scale
    beta = _maximum(scaled, won, votes)
    expected = votes / (1 + np.exp(-scaled @ beta))
    scores = scaled * (won - expected)[:, None]
    sums = np.zeros((clusters, columns))
    np.add.at(sums, place, scores)
    inverse = np.linalg.inv(_information(scaled, expected, votes))
    total = int(votes.sum())
    correction = clusters / (clusters - 1) * (total - 1) / (total - columns)
    covariance = inverse @ (sums.T @ sums) @ inverse * correction
    errors = np.sqrt(np.diag(covariance))
    p_values = np.array([erfc(abs(value) / sqrt(2)) for value in beta / errors])
    return LogisticFit(beta / scale, errors / scale, p_values, total, clusters)


def _maximum(covariates: FloatArray, won: IntArray, votes: IntArray) -> FloatArray:
    beta = np.zeros(covariates.shape[1])
    for _ in range(STEPS):
        expected = votes / (1 + np.exp(-covariates @ beta))
        score = covariates.T @ (won - expected)
        step = np.linalg.solve(_information(covariates, expected, votes), score)
        beta = beta + step
        if np.abs(beta).max() > LARGEST:
            raise NoFit("A covariate separates the votes for the two sides, so its effect has no limit.")
        if np.abs(step).max() < TOLERANCE:
            return beta
    raise NoFit("The regression did not converge.")


def _information(covariates: FloatArray, expected: FloatArray, votes: IntArray) -> FloatArray:
    share = expected / votes
    return np.asarray(covariates.T @ (covariates * (votes * share * (1 - share))[:, None]))
