"""Bradley-Terry, compared with values by hand, with evalica and with statsmodels; incomparable models."""

import itertools

import numpy as np
import pytest

from benchmark.stats.rating import bradley_terry, comparable_groups
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import tallies

STRENGTHS = {"motif": 0.8, "cinemo": 0.1, "seine": -0.2, "static": -0.7}


def round_robin(pairs: int = 60, seed: int = 5) -> tuple[Tallies, list[Matchup]]:
    """Return all matchups of four models with panels of five; a pair has the same bias in all matchups."""
    rng = np.random.default_rng(seed)
    names = list(STRENGTHS)
    matchups = [Matchup(f"{a}:{b}", a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    lean = rng.normal(size=pairs)
    votes, matchup, pair = [], [], []
    for index, both in enumerate(matchups):
        for place in range(pairs):
            logit = STRENGTHS[both.reference] - STRENGTHS[both.other] + lean[place]
            reference = int(rng.binomial(5, 1 / (1 + np.exp(-logit))))
            votes.append((reference, 5 - reference))
            matchup.append(index)
            pair.append(f"p{place}")
    return tallies(votes, matchup=matchup, pairs=pair), matchups


def test_two_models_have_the_log_odds_of_their_votes() -> None:
    ratings = bradley_terry(tallies([(5, 0), (3, 2), (1, 4)]), [Matchup("a:b", "a", "b")])
    difference, _ = ratings.difference(0, 1)
    assert difference == pytest.approx(np.log(9 / 6))
    assert ratings.strength.sum() == pytest.approx(0)


def test_strengths_agree_with_evalica() -> None:
    import evalica

    counted, matchups = round_robin()
    ratings = bradley_terry(counted, matchups)
    met = [(i, j) for i in range(4) for j in range(4) if ratings.wins[i, j]]
    theirs = evalica.bradley_terry(
        [ratings.models[i] for i, _ in met],
        [ratings.models[j] for _, j in met],
        [evalica.Winner.X] * len(met),
        weights=[float(ratings.wins[i, j]) for i, j in met],
        tolerance=1e-13,
        limit=10_000,
    )
    logs = np.log([theirs.scores[model] for model in ratings.models])
    assert ratings.strength == pytest.approx(logs - logs.mean(), abs=1e-6)


def test_strengths_and_sandwich_agree_with_statsmodels() -> None:
    import statsmodels.api as sm

    counted, matchups = round_robin()
    ratings = bradley_terry(counted, matchups)
    # A logistic regression on signed indicators, the first model as the base, clustered by pair.
    design = np.zeros((len(counted), 4))
    for row, index in enumerate(counted.matchup):
        design[row, ratings.models.index(matchups[index].reference)] = 1
        design[row, ratings.models.index(matchups[index].other)] = -1
    answers = np.stack([counted.votes_reference, counted.votes_other], axis=1)
    fit = sm.GLM(answers, design[:, 1:], family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": counted.pair, "use_correction": False}, tol=1e-12
    )
    pairs = 60
    for model in range(1, 4):
        difference, error = ratings.difference(model, 0)
        assert difference == pytest.approx(fit.params[model - 1], abs=1e-6)
        assert error == pytest.approx(fit.bse[model - 1] * np.sqrt(pairs / (pairs - 1)), abs=1e-6)


def test_clustering_widens_the_intervals_where_a_pair_decides() -> None:
    counted, matchups = round_robin()
    ratings = bradley_terry(counted, matchups)
    played = ratings.wins + ratings.wins.T
    chance = 1 / (1 + np.exp(ratings.strength[None, :] - ratings.strength[:, None]))
    weight = played * chance * (1 - chance)
    naive = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    assert ratings.covariance is not None
    assert ratings.covariance[0, 0] > 1.3 * naive[0, 0]


def test_the_sandwich_covers_what_it_says_where_plain_wald_does_not() -> None:
    """The test simulates 200 studies of two equal models with biased pairs; the true difference is 0."""
    covered = {"sandwich": 0, "wald": 0}
    rng = np.random.default_rng(11)
    for _ in range(200):
        chance = rng.beta(1.5, 1.5, size=80)
        reference = rng.binomial(5, chance)
        counted = tallies([(int(k), 5 - int(k)) for k in reference])
        difference, error = bradley_terry(counted, [Matchup("a:b", "a", "b")]).difference(0, 1)
        share = reference.sum() / 400
        assert error is not None
        covered["sandwich"] += abs(difference) < 1.96 * error
        covered["wald"] += abs(difference) < 1.96 / np.sqrt(400 * share * (1 - share))
    assert covered["sandwich"] >= 182  # 95 % of 200, less three standard errors of 3.1
    assert covered["wald"] <= 170


def test_a_model_that_won_every_vote_is_not_comparable() -> None:
    # motif beats both always; cinemo and static win some of each other's.
    matchups = [
        Matchup("m:c", "motif", "cinemo"),
        Matchup("m:s", "motif", "static"),
        Matchup("c:s", "cinemo", "static"),
    ]
    ratings = bradley_terry(tallies([(5, 0), (5, 0), (3, 2)], matchup=[0, 1, 2]), matchups)
    assert not ratings.comparable(0, 1)
    assert ratings.comparable(1, 2)
    assert ratings.difference(1, 2)[0] == pytest.approx(np.log(3 / 2))
    with pytest.raises(ValueError, match="not comparable"):
        ratings.difference(0, 1)


def test_two_islands_are_two_groups() -> None:
    wins = np.array([[0, 3, 0, 0], [2, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    assert comparable_groups(wins).tolist() == [0, 0, 1, 1]


def test_a_ring_of_wins_is_one_group_and_a_chain_is_none() -> None:
    assert comparable_groups(np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])).tolist() == [0, 0, 0]
    assert comparable_groups(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])).tolist() == [0, 1, 2]


def test_few_pairs_give_strengths_without_intervals() -> None:
    ratings = bradley_terry(tallies([(3, 2)] * 9), [Matchup("a:b", "a", "b")])
    assert ratings.covariance is None
    assert ratings.difference(0, 1)[1] is None


def test_a_very_uneven_matchup_still_settles() -> None:
    ratings = bradley_terry(tallies([(100_000, 1)]), [Matchup("a:b", "a", "b")])
    assert ratings.difference(0, 1)[0] == pytest.approx(np.log(100_000))


def test_a_chain_of_millions_of_votes_converges_despite_rounding() -> None:
    """Each model beats the next by a million votes to one, so the votes give the log-odds of each step."""
    names = ["a", "b", "c", "d"]
    matchups = [Matchup(f"{one}:{two}", one, two) for one, two in itertools.pairwise(names)]

    ratings = bradley_terry(tallies([(1_000_000, 1)] * 3, matchup=[0, 1, 2], pairs=["p"] * 3), matchups)

    assert np.diff(ratings.strength) == pytest.approx([-np.log(1_000_000)] * 3, abs=1e-6)


def test_no_votes_at_all_tie_nothing() -> None:
    assert bradley_terry(tallies([]), []).models == ()
    assert bradley_terry(tallies([]), [Matchup("a:b", "a", "b")]).group.tolist() == [0, 1]


def test_pairs_that_do_not_differ_give_no_interval_of_width_zero() -> None:
    ratings = bradley_terry(tallies([(3, 2)] * 40), [Matchup("a:b", "a", "b")])
    assert ratings.difference(0, 1) == (pytest.approx(np.log(1.5)), None)
