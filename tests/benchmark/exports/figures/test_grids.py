"""Grids of scenarios, styles and hard cases: the numbers are readable without colour."""

from dataclasses import replace

import pytest

from benchmark.exports.figures.grids import grid_figure
from benchmark.exports.figures.kinds import CannotDraw
from benchmark.stats.breakdowns import Division
from tests.benchmark.exports.figures.worlds import csv_lines, grid, names, study, text_spans, texts


def test_every_cell_prints_its_share_in_whole_percent() -> None:
    # Scene 00 has pairs 0, 2, 4, ... : 5 of 8 won, 62.5 %.
    panels = [(1, 0) if n < 10 else (0, 1) for n in range(16)]

    assert texts(grid(panels)).count("63") == 2


def test_scenarios_come_best_first() -> None:
    figure = grid([(0, 1), (1, 0)] * 4)

    assert figure.parts == ("scene_01", "scene_00")


def test_a_cell_with_fewer_than_five_decided_pairs_is_a_dash_and_stays_in_the_csv() -> None:
    figure = grid([(1, 0), (1, 0)] * 4 + [(1, 0)])

    assert (texts(figure).count("100"), texts(figure).count("–")) == (1, 1)
    assert [line.split(",")[6] for line in csv_lines(figure)[1:]] == ["100", "100"]


def test_a_cell_without_a_decided_pair_is_a_dash() -> None:
    figure = grid([(1, 0), (1, 1)])

    assert "–" in texts(figure)
    assert csv_lines(figure)[2] == "other00,motif:other00,motif,other00,scenario,scene_01,,0,0,1,2"


def test_the_csv_holds_the_counts_behind_each_cell() -> None:
    assert csv_lines(grid([(1, 0), (0, 1)] * 3))[1:] == [
        "other00,motif:other00,motif,other00,scenario,scene_00,100,3,0,0,3",
        "other00,motif:other00,motif,other00,scenario,scene_01,0,0,3,0,3",
    ]


def test_an_interim_grid_says_so() -> None:
    assert "Interim:" in texts(grid([(1, 0), (0, 1)], interim=True))


def test_forty_scenarios_widen_the_sheet_and_stay_on_it() -> None:
    figure = grid([(1, 0)] * 80, scenarios=40, others=3)

    width, height = figure.size
    assert width > 504
    assert all(0 <= x <= width + 4 and 0 <= y <= height + 4 for x, y in text_spans(figure))


def test_votes_that_name_no_scenario_are_refused() -> None:
    tallies, matchups = study([(1, 0)])
    tallies.scenario[:] = -1

    with pytest.raises(CannotDraw, match="known scenario"):
        grid_figure(tallies, matchups, names(matchups), Division.SCENARIO)


def test_more_scenarios_than_fit_are_refused() -> None:
    with pytest.raises(CannotDraw, match="there are 1 and 101"):
        grid([(1, 0)] * 101, scenarios=101)


@pytest.mark.parametrize("division", [Division.STYLE, Division.HARD_CASE])
def test_tags_make_grids_of_their_own(division: Division) -> None:
    tallies, matchups = study([(1, 0), (0, 1)] * 5 + [(1, 0)])
    tagged = replace(tallies, tags={division: (*("photo", "sketch") * 5, "")})

    figure = grid_figure(tagged, matchups, names(matchups), division)

    assert figure.parts == ("photo", "sketch")
    assert {"Photo", "Sketch", "100", "0"} <= set(texts(figure))


def test_votes_without_tags_have_no_grid_of_them() -> None:
    tallies, matchups = study([(1, 0)])

    with pytest.raises(CannotDraw, match="known image style"):
        grid_figure(tallies, matchups, names(matchups), Division.STYLE)
