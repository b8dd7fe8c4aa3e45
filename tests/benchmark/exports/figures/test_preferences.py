"""Figure 4: a bar with an interval for each matchup, and the reasons next to the bar."""

import pytest

from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.preferences import preferences_figure
from benchmark.stats.preferences import preferences
from tests.benchmark.exports.figures.worlds import (
    SPECIALS,
    csv_lines,
    names,
    picture,
    preferred,
    study,
    text_spans,
    texts,
)


def test_numbers_are_the_strings_of_the_tables() -> None:
    # 204 of 320 is 63.75 %, which the paper prints as 63.8.
    shown = texts(preferred([(1, 0)] * 204 + [(0, 1)] * 116))

    assert {"63.8", "36.3", "320 pairs decided", "MotiF better"} <= set(shown)


def test_the_csv_holds_the_bars_and_the_whiskers() -> None:
    header, line = csv_lines(preferred([(1, 0)] * 204 + [(0, 1)] * 116))

    assert header.startswith(
        "row,matchup,reference,other,ti2v_score_reference,ti2v_score_other,image_alignment_"
    )
    assert line.startswith("other00,motif:other00,motif,other00,63.8,36.3,")
    assert line.endswith(",58.3,68.8,320,0,320")  # Wilson's interval


@pytest.mark.parametrize(("panel", "numbers"), [((5, 0), {"100.0", "0.0"}), ((0, 5), {"0.0", "100.0"})])
def test_a_side_that_won_every_pair_has_its_numbers_and_an_interval(
    panel: tuple[int, int], numbers: set[str]
) -> None:
    figure = preferred([panel] * 320)

    assert numbers <= set(texts(figure))
    assert figure.preferences[0].ci_low is not None


def test_a_matchup_without_a_decided_pair_is_described_as_such() -> None:
    assert "no pair is decided" in texts(preferred([(2, 2)]))


def test_votes_without_a_reason_have_no_bars_of_reasons() -> None:
    tallies, matchups = study([(5, 0), (0, 5), (5, 0)])
    tallies.reasons[:] = 0

    without = preferences_figure(preferences(tallies, matchups), names(matchups))

    assert "no vote gives a reason" in texts(without)
    assert "0.0" not in texts(without)
    assert csv_lines(without)[1].startswith("other00,motif:other00,motif,other00,66.7,33.3,0.0,0.0,")
    assert "no vote gives a reason" not in texts(preferred([(5, 0)]))


def test_rows_are_sorted_by_the_references_share_and_the_average_comes_last() -> None:
    tallies, matchups = study([(1, 0), (0, 1)], others=2)
    tallies.votes_reference[2:], tallies.votes_other[2:] = [1, 1], [0, 0]
    tallies.reasons[:] = 0

    figure = preferences_figure(preferences(tallies, matchups), names(matchups))

    assert [row.other for row in figure.preferences] == ["other01", "other00", None]


def test_several_references_keep_their_order_and_are_named_in_full() -> None:
    tallies, matchups = study([(1, 0)], others=2)
    matchups[1] = type(matchups[1])("a:b", "a", "b", "demo")

    figure = preferences_figure(preferences(tallies, matchups), FigureNames.of(matchups))

    shown = texts(figure)
    assert "First better" in shown
    assert any("motif / other00" in text for text in [" ".join(shown)])


def test_an_interim_figure_says_so() -> None:
    assert "Interim:" in texts(preferred([(3, 2)], interim=True))
    assert "Interim:" not in texts(preferred([(3, 2)]))


def test_a_name_of_specials_is_drawn_as_it_is() -> None:
    shown = "".join(texts(preferred([(3, 2)], other00=SPECIALS))).replace(" ", "")

    assert r"50%&<b>$x^2$</b>a_b#{~}" in shown


def test_a_name_in_letters_the_font_lacks_becomes_boxes_and_stays_in_the_csv() -> None:
    figure = preferred([(3, 2)], other00="模型")

    assert "▯▯" in texts(figure)
    assert csv_lines(figure)[1].startswith("模型,")


def test_a_cell_of_the_csv_is_no_formula() -> None:
    assert csv_lines(preferred([(3, 2)], other00="=1+1"))[1].startswith("'=1+1,")


def test_fifty_matchups_fit_on_the_sheet_without_touching() -> None:
    figure = preferred([(1, 0), (0, 1)], others=50)

    width, height = figure.size
    assert all(0 <= x <= width + 4 and 0 <= y <= height + 4 for x, y in text_spans(figure))
    assert picture(figure).height < 10_000


def test_too_many_matchups_are_refused() -> None:
    with pytest.raises(CannotDraw, match="can show 100 rows, but there are 102"):
        preferred([(1, 0)], others=101)


def test_a_study_without_votes_is_refused() -> None:
    with pytest.raises(CannotDraw, match="There are no votes"):
        preferred([(0, 0)])
