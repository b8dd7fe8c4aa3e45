"""Tallies from individual votes equal tallies from counters."""

import numpy as np
import pytest

from benchmark.stats.tallies import Tallies
from tests.benchmark.made_votes import panel, table, tallies, tallies_from_columns, vote, votes_of

IMAGE_REFERENCE, TEXT_OTHER, MOTION_REFERENCE = (0, 0), (1, 1), (2, 0)


def test_counts_votes_and_ticks_of_each_comparison() -> None:
    votes = votes_of(
        table(
            [
                vote(pair="p1", annotator="alice", ticked=["image_alignment", "object_motion"]),
                vote(pair="p1", annotator="bob", ticked=["object_motion"]),
                vote(pair="p1", annotator="charlie", chosen="cinemo", ticked=["text_alignment"]),
                vote(pair="p2", annotator="alice", chosen="cinemo"),
            ]
        )
    )

    counted = Tallies.from_votes(votes)

    assert counted.votes_reference.tolist() == [2, 0]
    assert counted.votes_other.tolist() == [1, 1]
    assert counted.lead.tolist() == [1, -1]
    assert counted.reasons[0][IMAGE_REFERENCE] == 1
    assert counted.reasons[0][MOTION_REFERENCE] == 2
    assert counted.reasons[0][TEXT_OTHER] == 1
    assert counted.reasons.sum() == 4


def test_counters_of_a_database_give_the_same_tallies_as_the_votes() -> None:
    votes = votes_of(
        table(
            [
                *panel(for_reference=3, for_other=2, pair="p1", image="i1", scenario="s1"),
                *panel(for_reference=1, for_other=4, pair="p2", image="i1", scenario="s1"),
                *panel(for_reference=5, for_other=0, pair="p1", image="i1", scenario="s1", other="static"),
            ]
        )
    )

    from_counters = tallies_from_columns(
        matchup=[0, 0, 1],
        pair=["p1", "p2", "p1"],
        image=["i1", "i1", "i1"],
        scenario=["s1", "s1", "s1"],
        votes_reference=[3, 1, 5],
        votes_other=[2, 4, 0],
        reasons=np.zeros((3, 4, 2)),
    )

    from_votes = Tallies.from_votes(votes)
    for column in ("matchup", "pair", "image", "scenario", "votes_reference", "votes_other", "reasons"):
        assert getattr(from_votes, column).tolist() == getattr(from_counters, column).tolist()
    assert (from_votes.pairs, from_votes.images) == (from_counters.pairs, from_counters.images)


def test_equal_votes_have_no_lead() -> None:
    assert tallies([(2, 2), (0, 0), (3, 2)]).lead.tolist() == [0, 0, 1]


def test_more_ticks_than_votes_are_refused() -> None:
    with pytest.raises(ValueError, match="more justifications of one kind than votes"):
        tallies([(1, 0)], ticks=[[2, 0, 0, 0, 0, 0, 0, 0]])


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="have different lengths"):
        tallies([(1, 0), (0, 1)], pairs=["p1"])


def test_a_selection_keeps_names_and_codes() -> None:
    chosen = tallies([(5, 0), (0, 5), (3, 2)]).select([2, 0])
    assert [chosen.pairs[code] for code in chosen.pair] == ["pair2", "pair0"]
    assert chosen.votes_reference.tolist() == [3, 5]
