"""The figure that compares metrics with people: numbers, order, marks and refused input."""

import numpy as np
import pytest

from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.metric_agreement import metric_agreement_figure
from benchmark.stats.breakdowns import Division
from tests.benchmark.exports.figures.worlds import csv_lines, metric_figure, metric_row, picture, texts


def test_each_metric_has_its_agreement_and_its_share_of_static_clips() -> None:
    figure = metric_figure()

    shown = texts(figure)

    assert {"61.3", "48.8", "37.5", "10.0", "0.0", "Cuts", "animate-bench"} <= set(shown)
    # In a suite the metric that agrees most is first; suites keep their order.
    assert [row.metric for row in figure.metrics] == ["mean_flow", "cuts", "image_cosine"]
    assert "Each square is of 36 to 40 comparisons." in figure.caption


def test_a_metric_without_a_direction_is_marked_and_the_mark_is_explained() -> None:
    figure = metric_figure()

    assert "Mean flow (% of side/s)*" in texts(figure)
    assert "*: a metric without a direction; larger values are treated as better." in figure.caption
    assert "*" not in metric_agreement_figure([metric_row("cuts")]).caption


def test_without_static_clips_there_is_no_second_column() -> None:
    shown = texts(metric_agreement_figure([metric_row("cuts")]))

    assert "Prefers a static clip" not in shown
    assert "60.0" in shown


def test_the_csv_holds_the_rows_of_the_table() -> None:
    header, first, *_ = csv_lines(metric_figure())

    assert header.startswith("suite,metric,direction,division,part,comparisons,ties,accuracy,ci_low,ci_high")
    assert first.startswith("motion,mean_flow,none,")


def test_an_interim_figure_says_so() -> None:
    figure = metric_figure(interim=True)

    assert "Interim:" in texts(figure)
    assert "Interim: the study is not closed." in figure.caption


def test_the_figure_has_ink_inside_its_borders() -> None:
    pixels = np.asarray(picture(metric_figure()).convert("L"))

    assert (pixels[:2] == 255).all()
    assert (pixels < 128).any()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "No decided comparison has scores of both sides"),
        ([metric_row("cuts", None, comparisons=0)], "No decided comparison has scores of both sides"),
        ([metric_row("cuts", division=Division.SCENARIO)], "No decided comparison has scores of both sides"),
        ([metric_row(f"metric{number}") for number in range(101)], "can show 100 metrics, but there are 101"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(rows: list, reason: str) -> None:
    with pytest.raises(CannotDraw, match=reason):
        metric_agreement_figure(rows)
