"""Computes the leaderboard: models by Bradley-Terry strength, with confidence intervals of their ranks.

The rank interval of a model follows from two counts: how many models are significantly better, and how many
are significantly worse. Each model is tested against every other model. With Bonferroni's correction, at
least one of a model's tests is wrong with a probability of at most 5 %. Each rank interval therefore covers
the true rank with a probability of at least 95 %. Source: M. Mogstad, J. P. Romano, A. M. Shaikh and D.
Wilhelm (2024), Review of Economic Studies 91(1), 476-518.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.plurals import listed
from benchmark.stats.intervals import CONFIDENCE, normal_quantile
from benchmark.stats.rating import FEWEST_PAIRS, Ratings, bradley_terry
from benchmark.stats.rounding import percent_of_bound
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

DIGITS = 4


@dataclass(frozen=True)
class LeaderboardRow:
    """One row of the leaderboard: the strength and the rank of a model.

    Attributes:
        group: the model's group; only models of one group are comparable, so each group has separate ranks.
        rank, rank_low, rank_high: the rank by strength and its 95 % interval; None for a model that is not
            comparable with any other model. Models with the same strength (to four digits) have the same
            rank.
        strength, strength_low, strength_high: log-odds relative to the mean of the group, with 95 % interval.
        expected_share: the expected percentage of votes for the model, averaged over the other models of the
            group with equal weights.
        votes, votes_won: the number of all votes in the model's matchups, and how many of these
            votes are for the model.
        matchups: the number of the model's matchups with votes.
    """

    study: str | None
    group: int
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    model: str
    strength: float | None
    strength_low: float | None
    strength_high: float | None
    expected_share: float | None
    votes: int
    votes_won: int
    matchups: int


def leaderboard(tallies: Tallies, matchups: Sequence[Matchup]) -> list[LeaderboardRow]:
    """Return one row per model, sorted by group (the largest group first), then by strength and name."""
    ratings = bradley_terry(tallies, matchups)
    study = matchups[0].study if matchups else None
    members = [np.flatnonzero(ratings.group == group) for group in range(ratings.group.max(initial=-1) + 1)]
    members.sort(key=len, reverse=True)
    voted = set(tallies.matchup[tallies.votes > 0].tolist())
    played = [matchup for index, matchup in enumerate(matchups) if index in voted]
    return [
        row
        for number, models in enumerate(members, start=1)
        for row in _group_rows(ratings, models.tolist(), number, study, played)
    ]


def _group_rows(
    ratings: Ratings, models: list[int], group: int, study: str | None, played: list[Matchup]
) -> list[LeaderboardRow]:
    if len(models) == 1:
        return [_alone(ratings, models[0], group, study, played)]
    # Equal strengths differ by rounding errors, which depend on the order of the votes.
    models = sorted(models, key=lambda model: (-_strength(ratings, model), ratings.models[model]))
    return [_row(ratings, models, model, group, study, played) for model in models]


def _strength(ratings: Ratings, model: int) -> float:
    """Return the printed strength: equal printed strengths have equal ranks."""
    return round(float(ratings.strength[model]), DIGITS) + 0.0  # without -0.0


def _row(
    ratings: Ratings, models: list[int], model: int, group: int, study: str | None, played: list[Matchup]
) -> LeaderboardRow:
    strength = float(ratings.strength[model])
    half = _half_width(ratings, model)
    low, high = rank_interval(ratings, model, models)
    others = [other for other in models if other != model]
    share = np.mean([1 / (1 + np.exp(ratings.strength[other] - strength)) for other in others])
    return LeaderboardRow(
        study=study,
        group=group,
        rank=1 + sum(_strength(ratings, other) > _strength(ratings, model) for other in models),
        rank_low=low,
        rank_high=high,
        model=ratings.models[model],
        strength=_strength(ratings, model),
        strength_low=None if half is None else round(strength - half, DIGITS),
        strength_high=None if half is None else round(strength + half, DIGITS),
        expected_share=percent_of_bound(float(share)),
        **_tally(ratings, model, played),
    )


def _alone(
    ratings: Ratings, model: int, group: int, study: str | None, played: list[Matchup]
) -> LeaderboardRow:
    """Return a row without strength and rank, for a model that is not comparable with any other model."""
    return LeaderboardRow(
        study=study,
        group=group,
        rank=None,
        rank_low=None,
        rank_high=None,
        model=ratings.models[model],
        strength=None,
        strength_low=None,
        strength_high=None,
        expected_share=None,
        **_tally(ratings, model, played),
    )


def _tally(ratings: Ratings, model: int, played: list[Matchup]) -> dict[str, int]:
    won, lost = int(ratings.wins[model].sum()), int(ratings.wins[:, model].sum())
    name = ratings.models[model]
    matchups = sum(name in (matchup.reference, matchup.other) for matchup in played)
    return {"votes": won + lost, "votes_won": won, "matchups": matchups}


def _half_width(ratings: Ratings, model: int) -> float | None:
    if ratings.covariance is None:
        return None
    return normal_quantile(CONFIDENCE) * float(np.sqrt(max(0.0, ratings.covariance[model, model])))


def rank_interval(ratings: Ratings, model: int, models: Sequence[int]) -> tuple[int | None, int | None]:
    """Return the bounds of a model's rank in its group; None if the strengths have no covariance."""
    if ratings.covariance is None:
        return None, None
    z = normal_quantile(1 - (1 - CONFIDENCE) / (len(models) - 1))
    better = worse = 0
    for other in models:
        if other == model:
            continue
        difference, error = ratings.difference(model, other)
        assert error is not None  # the covariance was checked above
        better += difference < -z * error
        worse += difference > z * error
    return 1 + better, len(models) - worse


def leaderboard_sentence(rows: Sequence[LeaderboardRow]) -> str:
    """Return a sentence that interprets the leaderboard."""
    if not rows:
        return "There are no votes, so there is no ranking."
    groups = {row.group for row in rows}
    if len(groups) > 1:
        return (
            f"The models are in {len(groups)} groups, and only models of the same group are comparable. A "
            "model alone in its group won or lost every vote, or was not compared with the others."
        )
    if rows[0].rank_low is None:
        return (
            f"The votes are on fewer than {FEWEST_PAIRS} pairs, or on pairs with identical votes, so "
            "intervals cannot be computed and the order is preliminary."
        )
    first = [row.model for row in rows if row.rank_low == 1]
    if len(first) == 1:
        return f"The best model is {first[0]}: it is significantly better than all others (5 %)."
    return f"Not determined which model is best: {listed(first)} could each be first."
