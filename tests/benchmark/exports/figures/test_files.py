"""Files of all figures: embedded fonts, text as text, and the same bytes for the same figure."""

import io
import threading
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image

from benchmark.exports.figures.kinds import FigureFormat
from benchmark.exports.figures.writer import PaperFigure, figure_file, figure_files
from tests.benchmark.exports.figures.worlds import (
    DRAWN,
    grid,
    metric_figure,
    preferred,
    scenes,
    strips,
    texts_of_svg,
)

PANELS = [(3, 2), (1, 4), (5, 0), (2, 2)]
FIGURES: dict[str, Callable[[], PaperFigure]] = {
    "preferences": lambda: preferred(PANELS),
    "scenarios": lambda: grid(PANELS),
    "strip": strips,
    "scenes": scenes,
    "metrics": metric_figure,
}


@cache
def drawn_alone(name: str, file_format: FigureFormat) -> bytes:
    """Draw a figure's file once for all tests of this file."""
    return figure_file(FIGURES[name](), file_format)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("file_format", FigureFormat)
def test_the_same_figure_gives_the_same_bytes(name: str, file_format: FigureFormat) -> None:
    first = drawn_alone(name, file_format)

    assert figure_file(FIGURES[name](), file_format) == first
    assert first


@pytest.mark.parametrize("name", FIGURES)
def test_a_file_has_the_same_bytes_if_it_is_drawn_alone_or_with_others(name: str) -> None:
    together = figure_files(FIGURES[name]())

    assert together == {each: drawn_alone(name, each) for each in FigureFormat}


@pytest.mark.parametrize("name", FIGURES)
def test_a_pdf_embeds_its_fonts_as_truetype_and_names_no_date(name: str) -> None:
    file = drawn_alone(name, FigureFormat.PDF)

    assert b"/FontFile2" in file
    assert b"/Type3" not in file
    assert b"CreationDate" not in file


@pytest.mark.parametrize("name", FIGURES)
def test_an_svg_keeps_its_text_as_text_and_names_no_date(name: str) -> None:
    svg = drawn_alone(name, FigureFormat.SVG)

    assert len(texts_of_svg(svg)) > 3
    assert b"dc:date" not in svg


@pytest.mark.parametrize("name", FIGURES)
def test_a_png_has_300_dots_to_the_inch_and_the_width_of_a_page(name: str) -> None:
    image = Image.open(io.BytesIO(drawn_alone(name, FigureFormat.PNG)))

    assert round(image.info["dpi"][0]) == 300
    assert image.width == int(508 / 72 * 300)


@pytest.mark.parametrize("name", FIGURES)
def test_the_metadata_of_every_figure_contains_the_caption(name: str) -> None:
    caption = FIGURES[name]().caption
    image = Image.open(io.BytesIO(drawn_alone(name, FigureFormat.PNG)))

    assert caption[:20].encode() in drawn_alone(name, FigureFormat.SVG)
    assert caption[:20].encode() in drawn_alone(name, FigureFormat.PDF)
    assert image.info["Description"] == caption


def test_threads_that_draw_at_once_get_the_same_bytes() -> None:
    alone = [drawn_alone("preferences", form) for form in DRAWN]
    found: list[list[bytes]] = []
    threads = [
        threading.Thread(
            target=lambda: found.append([figure_file(preferred(PANELS), form) for form in DRAWN])
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [alone] * 3
