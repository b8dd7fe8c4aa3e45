"""Bars and heat steps: the arithmetic behind the pictures, by hand."""

import pytest

from app.results.views.bars import CommonScale
from benchmark.exports.figures.scales import heat_step, whole_percent


@pytest.mark.parametrize(
    ("count", "total", "step"),
    [(0, 8, -3), (1, 4, -2), (35, 100, -1), (45, 100, 0), (54, 100, 0), (55, 100, 1), (3, 4, 3), (8, 8, 3)],
)
def test_a_share_falls_on_its_step(count: int, total: int, step: int) -> None:
    assert heat_step(count, total) == step


def test_exchanging_the_sides_mirrors_the_step_away_from_the_bounds() -> None:
    assert [heat_step(count, 10) for count in (2, 3, 4)] == [
        -heat_step(10 - count, 10) for count in (2, 3, 4)
    ]


def test_the_longest_bar_leaves_room_for_its_number() -> None:
    scale = CommonScale.over([39.8, 15.3, None])

    assert scale.width(39.8) == 62.0
    assert scale.width(0.0) == 0.0


def test_few_votes_do_not_look_like_many() -> None:
    assert CommonScale.over([1.0]).width(1.0) == 6.2


def test_a_half_is_rounded_up() -> None:
    assert whole_percent(1, 8) == 13  # 12.5
