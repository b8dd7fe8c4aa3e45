"""One door for every figure in every format."""

from typing import Protocol

from benchmark.exports.cells import Cell
from benchmark.exports.figures.board import Board, drawing_style
from benchmark.exports.figures.kinds import FigureFormat
from benchmark.exports.plain import csv_chunks


class PaperFigure(Protocol):
    """A figure that is ready to be drawn."""

    @property
    def title(self) -> str: ...

    @property
    def caption(self) -> str:
        """What to write under it: what was counted, how, over what."""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""

    def draw(self, board: Board) -> None: ...

    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns behind it."""

    def rows(self) -> list[list[Cell]]:
        """Return the numbers behind it."""


def figure_file(figure: PaperFigure, file_format: FigureFormat) -> bytes:
    """Return a figure as a file; equal figures give equal bytes. Safe to call from several threads."""
    if file_format is FigureFormat.CSV:
        return b"".join(csv_chunks(figure.columns(), figure.rows()))
    with drawing_style():
        board = Board(*figure.size)
        figure.draw(board)
        return board.written(file_format, title=figure.title, caption=figure.caption)
