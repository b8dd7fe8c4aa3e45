"""Careful annotators get no flag; each kind of carelessness causes its own flag."""

import numpy as np
import pytest

from benchmark.protocol import Flag
from benchmark.stats.quality import AnnotatorRow, Gold, annotator_quality, longest_run
from tests.benchmark.made_votes import table, vote, votes_of

PAIRS = 60
CAREFUL = [f"careful{index}" for index in range(4)]


def quality(odd: list[dict[str, object]], **settings: object) -> dict[str, AnnotatorRow]:
    """Return the quality rows of four careful annotators and of one unusual annotator."""
    draw = np.random.default_rng(1)
    rows = [
        vote(
            pair=f"p{pair}",
            annotator=name,
            chosen="motif" if (pair % 2 == 0) == (draw.random() < 0.9) else "cinemo",
            left="motif" if draw.random() < 0.5 else "cinemo",
            ticked=["text_alignment", "object_motion"][: 1 + (pair + place) % 2],
        )
        for pair in range(PAIRS)
        for place, name in enumerate(CAREFUL)
    ]
    votes = votes_of(table(rows + odd))
    return {row.annotator: row for row in annotator_quality(votes, **settings)}  # type: ignore[arg-type]


def odd_one(**columns: object) -> list[dict[str, object]]:
    return [
        vote(
            pair=f"p{pair}",
            annotator="odd",
            chosen="motif" if pair % 2 == 0 else "cinemo",
            left="motif" if pair // 2 % 2 == 0 else "cinemo",
            ticked=["image_alignment", "text_alignment"][: 1 + pair % 2],
        )
        | {key: value(pair) if callable(value) else value for key, value in columns.items()}
        for pair in range(PAIRS)
    ]


def test_careful_people_raise_no_flag() -> None:
    rows = quality(odd_one(), clip_ms=2000)
    assert {name: row.flags for name, row in rows.items()} == dict.fromkeys([*CAREFUL, "odd"], ())


def test_always_the_left_clip_is_a_side_bias_and_straight_lining() -> None:
    left = [
        row | {"left": row["chosen"], "right": "cinemo" if row["chosen"] == "motif" else "motif"}
        for row in odd_one()
    ]
    row = quality(left)["odd"]
    assert (row.left, row.longest_run) == (100.0, PAIRS)
    assert row.side_p == 2 / 2**PAIRS
    assert set(row.flags) == {Flag.SIDE_BIAS, Flag.STRAIGHT_LINING}


def test_voting_against_everybody_is_low_agreement() -> None:
    row = quality(odd_one(chosen=lambda pair: "cinemo" if pair % 2 == 0 else "motif"))["odd"]
    assert Flag.LOW_AGREEMENT in row.flags
    assert row.agreement is not None
    assert row.agreement < 15


def test_deciding_faster_than_a_clip_plays_is_flagged_only_when_clips_are_known() -> None:
    fast = odd_one(decision_ms=lambda pair: 900 if pair % 3 == 0 else 4000)
    assert quality(fast, clip_ms=2000)["odd"].flags == (Flag.FAST,)
    assert quality(fast, clip_ms=2000)["odd"].fast == 33.3
    assert quality(fast)["odd"].fast is None


def test_the_same_ticks_every_time_are_flagged() -> None:
    row = quality(odd_one(image_alignment=1, text_alignment=1))["odd"]
    assert (row.same_ticks, row.flags) == (100.0, (Flag.SAME_TICKS,))


def test_gold_needs_enough_wrong_answers_to_be_a_flag() -> None:
    # Wilson's upper bound is 59 % for 2 of 8 and 83 % for 6 of 10: only the first is below 80 %.
    failing = quality(odd_one(), gold={"odd": Gold(right=2, shown=8)})["odd"]
    unlucky = quality(odd_one(), gold={"odd": Gold(right=6, shown=10)})["odd"]
    assert failing.flags == (Flag.FAILS_GOLD,)
    assert (unlucky.gold, unlucky.gold_n, unlucky.flags) == (60.0, 10, ())


def test_agreement_with_the_others_leaves_ties_out() -> None:
    rows = [
        vote(pair="p1", annotator="alice"),
        vote(pair="p1", annotator="bob"),
        vote(pair="p1", annotator="eve", chosen="cinemo"),
    ]
    by_name = {row.annotator: row for row in annotator_quality(votes_of(table(rows)))}
    # Alice's others are Bob and Eve, one each way; Eve's are both against her.
    assert (by_name["alice"].agreement, by_name["alice"].agreement_n) == (None, 0)
    assert (by_name["eve"].agreement, by_name["eve"].agreement_n) == (0.0, 1)


def test_median_time_and_missing_columns() -> None:
    rows = [vote(pair=f"p{ms}", annotator="alice", decision_ms=ms) for ms in (1000, 3000, 8000)]
    assert annotator_quality(votes_of(table(rows)))[0].median_ms == 3000
    bare = table(rows).drop(columns=["left", "right", "decision_ms"])
    (row,) = annotator_quality(votes_of(bare))
    assert (row.left, row.side_p, row.longest_run, row.median_ms) == (None, None, None, None)
    assert annotator_quality(votes_of(table(rows).drop(columns="annotator"))) == []


@pytest.mark.parametrize(
    ("votes", "length"), [([1], 1), ([1, 1, 0, 0, 0, 1], 3), ([0, 1, 0, 1], 1), ([1] * 7, 7)]
)
def test_longest_run(votes: list[int], length: int) -> None:
    assert longest_run(np.array(votes, dtype=bool)) == length
