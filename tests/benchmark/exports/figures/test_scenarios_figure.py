"""The figure of a benchmark's scenarios: an image, a prompt and the number of pairs of each scenario."""

import pytest

from benchmark.exports.figures.kinds import CannotDraw
from tests.benchmark.exports.figures.worlds import csv_lines, scenes, text_spans, texts


def test_each_scenario_has_its_name_its_prompt_and_its_pairs() -> None:
    shown = texts(scenes(count=2))

    assert shown == ["Scene 0", "1", "the kite rises", "Scene 1", "2", "the kite rises"]


def test_the_csv_names_the_pair_that_is_shown() -> None:
    assert csv_lines(scenes(count=1)) == [
        "scenario,images,pairs,pair,prompt",
        "scene_0,2,1,pair0,the kite rises",
    ]


def test_twenty_two_scenarios_stay_on_the_sheet() -> None:
    figure = scenes(count=22)

    width, height = figure.size
    assert all(0 <= x <= width + 4 and 0 <= y <= height + 4 for x, y in text_spans(figure))


@pytest.mark.parametrize("count", [0, 61])
def test_none_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(CannotDraw, match="can show 1 to 60 scenarios"):
        scenes(count=count)
