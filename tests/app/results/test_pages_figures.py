"""The lengths of bars and the colour steps of heat maps, compared with values computed by hand."""

import pytest

from app.results.views import rows
from app.results.views.bars import CommonScale
from app.results.views.grids import HeatCell, HeatHeader, HeatRow, HeatTable
from benchmark.exports.figures.scales import heat_step, whole_percent
from tests.app.results.page_voters import fill_panels, signed_in
from tests.cast import Cast, Study


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


def test_a_figure_of_many_rows_leaves_the_reasons_to_the_table(
    cast: Cast, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_panels(study, people=1)
    client = signed_in(cast.context, cast.alice)
    address = f"/studies/{study.slug}/results"
    few = client.get(address).text
    monkeypatch.setattr(rows, "MAX_ROWS_WITH_REASONS", 1)

    many = client.get(address).text

    assert few.count('class="reasons"') == 4 * few.count('class="fig-row') > 0
    assert 'class="reasons"' not in many
    assert "The reasons are in" not in few
    assert "The reasons are in" in many


@pytest.mark.parametrize(("matchups", "parts", "fits"), [(2, 3, True), (3, 3, False), (45, 24, False)])
def test_a_heat_map_is_transposed_where_that_makes_it_narrower(matchups: int, parts: int, fits: bool) -> None:
    header = HeatHeader("name", None)
    cells = (HeatCell("50", 0),) * parts
    heat = HeatTable("id", "Title", "", (header,) * parts, (HeatRow(header, cells),) * matchups)

    assert heat.fits_narrow_screens is fits
