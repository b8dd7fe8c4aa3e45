"""Fits Bradley-Terry strengths of models to all matchups, with standard errors clustered by pair.

    P(a vote prefers i to j) = 1 / (1 + exp(theta_j - theta_i)),   sum_i theta_i = 0

The likelihood has one factor per vote. Votes on the same pair are dependent, within a matchup and across
matchups. With five votes per comparison and a kappa of 0.31, 95 % Wald intervals that assume independent
votes cover the true value in only 81 % of studies. The covariance is therefore the sandwich estimate H^-1 B
H^-1, multiplied by G / (G - 1) for G pairs. The matrix B is computed from one score vector per pair; all
votes on the pair, in all matchups, contribute to this vector.

Finite strengths exist only if the directed graph of won votes is strongly connected (L. R. Ford, 1957,
American Mathematical Monthly 64(8), 28-33). If the graph is not strongly connected, each strongly connected
group of models is fitted separately, and models of different groups are not comparable.

Sources: R. A. Bradley and M. E. Terry (1952), Biometrika 39, 324-345. K.-Y. Liang and S. L. Zeger (1986),
Biometrika 73(1), 13-22 (the sandwich).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.stats.arrays import BoolArray, FloatArray, IntArray, distinct
from benchmark.stats.tallies import Tallies, codes_of
from benchmark.stats.votes import Matchup

FEWEST_PAIRS = 10  # with fewer pairs, the sandwich estimator is unreliable
ALIKE = 1e-9  # if all pair scores are below this value, all pairs have the same votes: no variance estimate
STEPS = 100
TOLERANCE = 1e-10
ROUNDING = 1e-6  # with millions of votes, rounding errors exceed TOLERANCE


@dataclass(frozen=True)
class Ratings:
    """The fitted strengths of models, in log-odds.

    Attributes:
        models: sides in order of first appearance.
        wins: (models, models) the number of votes for the row's model against the column's model.
        group: (models,) the group of each model; only models of the same group are comparable.
        strength: (models,) theta. Strengths of a group sum to 0, so the only model of a group has strength 0.
        covariance: (models, models) the covariance of the strengths; None if there are fewer than ten pairs,
            or if all pairs have the same votes.
    """

    models: tuple[str, ...]
    wins: IntArray
    group: IntArray
    strength: FloatArray
    covariance: FloatArray | None

    def comparable(self, one: int, other: int) -> bool:
        return bool(self.group[one] == self.group[other])

    def difference(self, one: int, other: int) -> tuple[float, float | None]:
        """Return the difference theta_one - theta_other, and its standard error (None without covariance).

        Raises:
            ValueError: the two models are not comparable.
        """
        if not self.comparable(one, other):
            raise ValueError(f"{self.models[one]} and {self.models[other]} are not comparable")
        value = float(self.strength[one] - self.strength[other])
        if self.covariance is None:
            return value, None
        c = self.covariance
        return value, float(np.sqrt(max(0.0, c[one, one] + c[other, other] - 2 * c[one, other])))


def bradley_terry(tallies: Tallies, matchups: Sequence[Matchup]) -> Ratings:
    """Return the strengths of all models of a study."""
    references, others, models = _model_codes(matchups)
    reference, other = references[tallies.matchup], others[tallies.matchup]
    count = len(models)
    wins = _win_matrix(reference, other, tallies, count)
    group = comparable_groups(wins)
    inside = np.flatnonzero(group[reference] == group[other]) if count else np.empty(0, dtype=np.int64)
    within = np.where(group[:, None] == group[None, :], wins, 0)
    strength = _strengths(within, group)
    used = tallies.select(inside)
    covariance = _sandwich(used, reference[inside], other[inside], strength, within, group)
    return Ratings(models, wins, group, strength, covariance)


def _model_codes(matchups: Sequence[Matchup]) -> tuple[IntArray, IntArray, tuple[str, ...]]:
    codes, models = codes_of([side for matchup in matchups for side in (matchup.reference, matchup.other)])
    return codes[0::2], codes[1::2], models


def _win_matrix(reference: IntArray, other: IntArray, tallies: Tallies, models: int) -> IntArray:
    """Return the number of votes for the row's model against the column's model, (models, models)."""
    forward = np.bincount(reference * models + other, weights=tallies.votes_reference, minlength=models**2)
    backward = np.bincount(other * models + reference, weights=tallies.votes_other, minlength=models**2)
    return (forward + backward).reshape(models, models).astype(np.int64)


def comparable_groups(wins: IntArray) -> IntArray:
    """Return the group number of each model, (models,). The group of the first model has the number 0.

    A group is a strongly connected component of the graph of won votes.
    """
    reached: BoolArray = (wins > 0) | np.eye(len(wins), dtype=bool)
    for through in range(len(wins)):
        reached |= reached[:, through, None] & reached[None, through, :]
    both = reached & reached.T
    first = both.argmax(axis=1) if len(wins) else np.empty(0, dtype=np.int64)
    return np.unique(first, return_inverse=True)[1]


def _strengths(wins: IntArray, group: IntArray) -> FloatArray:
    """Compute the strengths theta by Newton's method.

    The log-likelihood is strictly concave in each group, and therefore has a unique maximum.
    """
    theta = np.zeros(len(wins))
    played = wins + wins.T
    won = wins.sum(axis=1)
    before = np.inf
    for _ in range(STEPS):
        expected = _probabilities(theta)
        score = won - (played * expected).sum(axis=1)
        step = _solve(_information(played, expected), group, score)
        size = float(np.abs(step).max(initial=0.0))
        # A step of more than 2 in log-odds overshoots if a model lost almost every vote.
        theta = theta + step * min(1.0, 2.0 / max(size, 2.0))
        if size < TOLERANCE or before <= size < ROUNDING:
            return theta
        before = size
    raise ArithmeticError(f"the strengths did not converge in {STEPS} steps")


def _probabilities(theta: FloatArray) -> FloatArray:
    """Return the probability that a vote prefers the row's model to the column's model, (models, models)."""
    return 1 / (1 + np.exp(np.clip(theta[None, :] - theta[:, None], -700, 700)))


def _information(played: IntArray, expected: FloatArray) -> FloatArray:
    """Return the negative second derivative of the log-likelihood: the Laplacian of played * p * (1 - p)."""
    weight = played * expected * (1 - expected)
    information: FloatArray = np.diag(weight.sum(axis=1)) - weight
    return information


def _solve(information: FloatArray, group: IntArray, right: FloatArray) -> FloatArray:
    """Solve `information @ x = right` for x, with strengths that sum to 0 in each group."""
    same = (group[:, None] == group[None, :]).astype(np.float64)
    # Adding a block of ones for each group makes the Laplacian invertible without changing the solution.
    scale = max(float(information.trace()) / max(len(information), 1), 1e-300)
    solution: FloatArray = np.linalg.solve(information + same * scale, right)
    return solution


def _sandwich(
    tallies: Tallies,
    reference: IntArray,
    other: IntArray,
    strength: FloatArray,
    wins: IntArray,
    group: IntArray,
) -> FloatArray | None:
    models = len(strength)
    pairs, place = distinct(tallies.pair)
    if len(pairs) < FEWEST_PAIRS:
        return None
    expected = _probabilities(strength)
    residual = tallies.votes_reference - tallies.votes * expected[reference, other]
    size = len(pairs) * models
    scores = (
        np.bincount(place * models + reference, weights=residual, minlength=size)
        - np.bincount(place * models + other, weights=residual, minlength=size)
    ).reshape(len(pairs), models)
    if np.abs(scores).max(initial=0.0) < ALIKE:
        return None
    meat = scores.T @ scores * (len(pairs) / (len(pairs) - 1))
    information = _information(wins + wins.T, expected)
    half = _solve(information, group, meat)
    return _solve(information, group, half.T)
