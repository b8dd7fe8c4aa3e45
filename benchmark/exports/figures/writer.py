"""Writes figures as SVG, PDF, PNG and CSV files."""

from collections.abc import Sequence
from typing import Protocol

from benchmark.exports.cells import Cell
from benchmark.exports.csv_json import csv_chunks
from benchmark.exports.figures.canvas import Canvas, drawing_style
from benchmark.exports.figures.kinds import FigureFormat


class PaperFigure(Protocol):
    """A figure with all its data, ready to draw."""

    @property
    def title(self) -> str: ...

    @property
    def caption(self) -> str:
        """The caption: definitions, number of votes, and whether the figure is interim."""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""

    def draw(self, canvas: Canvas) -> None: ...

    def columns(self) -> tuple[str, ...]:
        """Return the column names of the figure's data."""

    def rows(self) -> list[list[Cell]]:
        """Return the figure's data."""


def figure_file(figure: PaperFigure, file_format: FigureFormat) -> bytes:
    """Return a figure as the bytes of a file (see `figure_files`)."""
    return figure_files(figure, (file_format,))[file_format]


def figure_files(
    figure: PaperFigure, formats: Sequence[FigureFormat] = tuple(FigureFormat)
) -> dict[FigureFormat, bytes]:
    """Return a figure in several formats. The figure is drawn only once. Thread-safe.

    A file's bytes depend only on the figure and the file's format, not on which other formats are requested.
    """
    if set(formats) == {FigureFormat.CSV}:
        return {FigureFormat.CSV: _csv(figure)}
    with drawing_style():
        canvas = Canvas(*figure.size)
        figure.draw(canvas)
        return {
            each: _csv(figure)
            if each is FigureFormat.CSV
            else canvas.to_bytes(each, title=figure.title, caption=figure.caption)
            for each in formats
        }


def _csv(figure: PaperFigure) -> bytes:
    return b"".join(csv_chunks(figure.columns(), figure.rows()))
