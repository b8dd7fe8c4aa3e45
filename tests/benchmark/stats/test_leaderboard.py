"""Ranks of the leaderboard, their possible ranges, and their descriptions."""

from benchmark.stats.leaderboard import leaderboard, leaderboard_sentence
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import tallies

MATCHUPS = [Matchup("a:b", "a", "b"), Matchup("a:c", "a", "c"), Matchup("b:c", "b", "c")]
WON, LOST, CLOSE, CLOSE_LOSS = (5, 0), (0, 5), (3, 2), (2, 3)


def study(results: list[list[tuple[int, int]]]):  # type: ignore[no-untyped-def]
    votes = [vote for matchup in results for vote in matchup]
    matchup = [index for index, votes_of in enumerate(results) for _ in votes_of]
    pairs = [f"p{place}" for votes_of in results for place in range(len(votes_of))]
    return leaderboard(tallies(votes, matchup=matchup, pairs=pairs), MATCHUPS)


def test_clear_differences_give_single_ranks() -> None:
    rows = study([[WON] * 36 + [LOST] * 4, [WON] * 38 + [LOST] * 2, [WON] * 34 + [LOST] * 6])
    assert [(row.model, row.rank, row.rank_low, row.rank_high) for row in rows] == [
        ("a", 1, 1, 1), ("b", 2, 2, 2), ("c", 3, 3, 3),
    ]  # fmt: skip
    assert (rows[0].votes, rows[0].votes_won, rows[0].matchups) == (400, 370, 2)
    assert "The best model is a: it is significantly better than all others" in leaderboard_sentence(rows)


def test_equal_models_may_have_any_rank() -> None:
    even = [CLOSE, CLOSE_LOSS] * 20
    rows = study([even, even, even])
    assert {(row.rank_low, row.rank_high) for row in rows} == {(1, 3)}
    assert [row.expected_share for row in rows] == [50.0] * 3
    assert "a, b and c could each be first" in leaderboard_sentence(rows)


def test_equal_strengths_have_the_same_rank_in_the_order_of_names() -> None:
    lost = [LOST] * 12 + [WON] * 8
    even = [CLOSE, CLOSE_LOSS] * 10
    for pairs in (lost, lost[::-1]):
        rows = study([pairs, pairs, even])
        assert [(row.model, row.rank) for row in rows] == [("b", 1), ("c", 1), ("a", 3)]
        assert rows[0].strength == rows[1].strength


def test_the_expected_share_of_two_models_is_their_share_of_votes() -> None:
    counted = tallies([(4, 1)] * 10 + [(3, 2)] * 10)
    first, second = leaderboard(counted, MATCHUPS[:1])
    assert (first.expected_share, second.expected_share) == (70.0, 30.0)  # 70 of 100 votes


def test_a_model_that_always_won_has_no_invented_strength() -> None:
    rows = study([[WON] * 20, [WON] * 20, [CLOSE, CLOSE_LOSS] * 10])
    alone = rows[-1]
    assert (alone.model, alone.rank, alone.strength, alone.votes_won) == ("a", None, None, 200)
    assert {row.group for row in rows} == {1, 2}
    assert "only models of the same group are comparable" in leaderboard_sentence(rows)


def test_few_pairs_are_a_first_impression() -> None:
    rows = study([[CLOSE] * 3, [CLOSE] * 3, [CLOSE] * 3])
    assert (rows[0].rank, rows[0].rank_low, rows[0].strength_low) == (1, None, None)
    assert "the order is preliminary" in leaderboard_sentence(rows)


def test_no_models_are_no_leaderboard() -> None:
    assert leaderboard(tallies([]), []) == []
    assert "no ranking" in leaderboard_sentence([])
