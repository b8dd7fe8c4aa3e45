"""One-coin Dawid-Skene estimates the accuracy of each annotator and the probability of each answer."""

import numpy as np
import pytest

from benchmark.stats.dawid_skene import dawid_skene
from tests.benchmark.made_votes import panel, table, vote, votes_of

ACCURACY = {"alice": 0.95, "bob": 0.95, "coin1": 0.5, "coin2": 0.5, "coin3": 0.5}


def drawn_votes(pairs: int = 300) -> tuple[list[dict[str, object]], list[bool]]:
    draw = np.random.default_rng(2)
    truth = [bool(draw.random() < 0.7) for _ in range(pairs)]
    rows = [
        vote(
            pair=f"p{pair}",
            annotator=name,
            chosen="motif" if truth[pair] == (draw.random() < accuracy) else "cinemo",
        )
        for pair in range(pairs)
        for name, accuracy in ACCURACY.items()
    ]
    return rows, truth


def test_finds_the_accuracies_the_votes_were_drawn_with() -> None:
    votes = votes_of(table(drawn_votes()[0]))
    found = dict(zip(votes.annotators, dawid_skene(votes).accuracy, strict=True))
    for name, accuracy in ACCURACY.items():
        assert found[name] == pytest.approx(accuracy, abs=0.08)


def test_is_right_more_often_than_the_majority_where_coins_vote_too() -> None:
    rows, truth = drawn_votes()
    votes = votes_of(table(rows))
    known = np.array([truth[int(pair.removeprefix("p"))] for pair in votes.pairs])
    majority = np.bincount(votes.pair, weights=np.where(votes.chose_reference, 1, -1)) > 0
    right = np.mean((dawid_skene(votes).chance > 0.5) == known)
    assert right > np.mean(majority == known) + 0.05


def test_one_pass_by_hand() -> None:
    """Two people agree on two pairs: the estimated accuracies and probabilities solve two equations."""
    rows = [vote(pair=pair, annotator=name) for pair in ("p1", "p2") for name in ("alice", "bob")]
    result = dawid_skene(votes_of(table(rows)))
    chance, accuracy = result.chance[0], result.accuracy[0]
    assert accuracy == pytest.approx((1 + 2 * chance) / 4, abs=1e-5)
    prior = (1 + 2 * chance) / 4
    odds = prior / (1 - prior) * (accuracy / (1 - accuracy)) ** 2
    assert chance == pytest.approx(odds / (1 + odds), abs=1e-5)
    assert result.scores == (100.0,)


def test_exchanging_the_sides_mirrors_the_scores() -> None:
    rows = [*panel(for_reference=4, for_other=1, pair="p1"), *panel(for_reference=1, for_other=4, pair="p2"),
            *panel(for_reference=5, for_other=0, pair="p3")]  # fmt: skip
    mirrored = [row | {"reference": row["other"], "other": row["reference"], "matchup": "m"} for row in rows]
    assert dawid_skene(votes_of(table(rows))).scores == (66.7,)
    assert dawid_skene(votes_of(table(mirrored))).scores == (33.3,)


def test_votes_without_names_are_refused() -> None:
    with pytest.raises(ValueError, match="the annotator of every vote"):
        dawid_skene(votes_of(table([vote()]).drop(columns="annotator")))
