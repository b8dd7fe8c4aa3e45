"""Reported scores, next to scores that include excluded votes."""

import numpy as np

from benchmark.stats.side_by_side import side_by_side, side_by_side_sentence
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import tallies_from_columns

MATCHUPS = [Matchup("motif:cinemo", "motif", "cinemo")]


def tallies(reference: list[int], other: list[int]) -> Tallies:
    pairs = [f"pair{index}" for index in range(len(reference))]
    return tallies_from_columns(
        matchup=[0] * len(pairs),
        pair=pairs,
        votes_reference=reference,
        votes_other=other,
        reasons=np.zeros((len(pairs), 8)),
    )


def test_excluded_votes_may_turn_a_matchup() -> None:
    (row,) = side_by_side(tallies([1, 1, 1], [0, 0, 0]), tallies([1, 1, 1], [2, 2, 0]), MATCHUPS)

    assert (row.reported.share, row.with_excluded.share) == (100.0, 33.3)
    assert (row.excluded, row.turns) == (4, True)
    assert side_by_side_sentence(row) == (
        "motif:cinemo: 100.0 % of 3 pairs as reported, 33.3 % of 3 with 4 excluded votes; "
        "the other side would be ahead."
    )


def test_a_study_without_decided_pairs_has_no_score() -> None:
    (row,) = side_by_side(tallies([0], [0]), tallies([1], [1]), MATCHUPS)

    assert (row.reported.share, row.with_excluded.share, row.turns) == (None, None, False)
    assert "no pair is decided" in side_by_side_sentence(row)


def test_an_even_score_is_turned_by_nothing() -> None:
    (row,) = side_by_side(tallies([1, 0], [0, 1]), tallies([1, 0], [0, 2]), MATCHUPS)

    assert row.reported.share == 50.0
    assert not row.turns
