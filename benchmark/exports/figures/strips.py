"""Draws Figures 5 and A1 of the paper: image and prompt of a pair, and a row of frames per model."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.exports.cells import Cell
from benchmark.exports.figures.canvas import FULL_WIDTH, SMALL_SIZE, TEXT_SIZE, Canvas, Pixels
from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.palette import QUIET
from benchmark.exports.figures.text_layout import size_without_breaks, wrap

MAX_ROWS = 24
NAME_WIDTH, GAP = 66.0, 3.0
HEAD_HEIGHT, HEAD_GAP, COLUMN_LABELS = 64.0, 6.0, 11.0
PROMPT_SIZE = 9.0
NAME_SIZES = (TEXT_SIZE, 7.0, 6.5, 6.0)


@dataclass(frozen=True)
class StripRow:
    """The row of one model: evenly spaced frames of the model's clip.

    Attributes:
        side: the side as named in tables, `model` or `model@label`.
        name: the display name of the side.
        sha256: the digest of the submitted clip.
        frames: the frames in the figure, uint8 RGB (shown, height, width, 3).
        numbers: the numbers of the frames in the figure, counted from 1.
        of: the total number of frames in the clip.
    """

    side: str
    name: str
    sha256: str
    frames: Pixels
    numbers: tuple[int, ...]
    of: int


@dataclass(frozen=True)
class StripFigure:
    """The figure's data. All rows show the same number of frames; `image` is uint8 RGB (height, width, 3)."""

    pair: str
    prompt: str
    image: Pixels
    strips: tuple[StripRow, ...]

    @property
    def title(self) -> str:
        return self.prompt

    @property
    def caption(self) -> str:
        return (
            f"Frames of {len(self.strips)} models for one pair ({self.pair}), evenly spaced from the first "
            f"to the last frame of each clip. Top: input image and text: {self.prompt}"
        )

    @property
    def size(self) -> tuple[float, float]:
        rows = sum(self._row_height(strip) + GAP for strip in self.strips)
        return FULL_WIDTH, HEAD_HEIGHT + HEAD_GAP + COLUMN_LABELS + rows - GAP

    def draw(self, canvas: Canvas) -> None:
        self._draw_head(canvas)
        top = HEAD_HEIGHT + HEAD_GAP
        for column, label in enumerate(self._column_labels()):
            x = self._x(column) + self._cell_width / 2
            canvas.text(x, top + 7, label, size=SMALL_SIZE, colour=QUIET, align="center")
        top += COLUMN_LABELS
        for strip in self.strips:
            height = self._row_height(strip)
            self._draw_name(canvas, strip, top + height / 2)
            for column, frame in enumerate(strip.frames):
                canvas.image(self._x(column), top, self._cell_width, height, frame)
                canvas.frame(self._x(column), top, self._cell_width, height)
            top += height + GAP

    def columns(self) -> tuple[str, ...]:
        return ("pair", "prompt", "model", "name", "clip_sha256", "column", "frame", "frames")

    def rows(self) -> list[list[Cell]]:
        return [
            [self.pair, self.prompt, strip.side, strip.name, strip.sha256, column, number, strip.of]
            for strip in self.strips
            for column, number in enumerate(strip.numbers, start=1)
        ]

    @property
    def _shown(self) -> int:
        return len(self.strips[0].numbers)

    @property
    def _cell_width(self) -> float:
        return (FULL_WIDTH - NAME_WIDTH - GAP * (self._shown - 1)) / self._shown

    def _x(self, column: int) -> float:
        return NAME_WIDTH + column * (self._cell_width + GAP)

    def _row_height(self, strip: StripRow) -> float:
        _shown, height, width, _channels = strip.frames.shape
        row_height: float = self._cell_width * height / width
        return row_height

    def _column_labels(self) -> list[str]:
        """Return column labels: frame numbers if these are equal in all rows, otherwise percentages."""
        numbers = {strip.numbers for strip in self.strips}
        if len(numbers) == 1:
            return [f"frame {number}" for number in numbers.pop()]
        last = max(self._shown - 1, 1)
        return [f"{(200 * column + last) // (2 * last)} % of the clip" for column in range(self._shown)]

    def _draw_head(self, canvas: Canvas) -> None:
        height, width = self.image.shape[:2]
        shown_width = min(HEAD_HEIGHT * width / height, 150.0)
        shown_height = shown_width * height / width
        canvas.image(NAME_WIDTH, 0, shown_width, shown_height, self.image)
        canvas.frame(NAME_WIDTH, 0, shown_width, shown_height)
        canvas.text(0, shown_height / 2 - 1.5, "Input image", size=TEXT_SIZE, bold=True)
        canvas.text(0, shown_height / 2 + 7.5, "and text", size=TEXT_SIZE, bold=True)
        x = NAME_WIDTH + shown_width + 10
        lines = wrap(f"“{self.prompt}”", FULL_WIDTH - x, PROMPT_SIZE, bold=True, max_lines=4)
        baseline = shown_height / 2 - (len(lines) - 1) * 6 + 3
        for number, line in enumerate(lines):
            canvas.text(x, baseline + number * 12, line, size=PROMPT_SIZE, italic=True)

    def _draw_name(self, canvas: Canvas, strip: StripRow, middle: float) -> None:
        room = NAME_WIDTH - 6
        size = size_without_breaks(strip.name, room, NAME_SIZES, bold=True)
        lines = wrap(strip.name, room, size, bold=True, max_lines=4)
        baseline = middle - (len(lines) - 1) * 4.5 + 2.7
        for number, line in enumerate(lines):
            canvas.text(0, baseline + number * 9, line, size=size, bold=True)


def strip_figure(*, pair: str, prompt: str, image: Pixels, strips: Sequence[StripRow]) -> StripFigure:
    """Return the figure of one pair: the image, the prompt, and a row of frames per model.

    Raises:
        CannotDraw: there are no clips, or too many clips.
    """
    if not strips:
        raise CannotDraw("No model has a clip of this pair, so the figure is empty.")
    if len(strips) > MAX_ROWS:
        raise CannotDraw(f"The figure can show {MAX_ROWS} models, but there are {len(strips)}.")
    return StripFigure(pair, prompt, image, tuple(strips))


def evenly_spaced(frames: int, shown: int) -> tuple[int, ...]:
    """Return `shown` evenly spaced frame numbers; numbers repeat if the clip has fewer frames.

    >>> evenly_spaced(16, 4), evenly_spaced(2, 4)
    ((1, 6, 11, 16), (1, 1, 2, 2))
    """
    last = max(shown - 1, 1)
    return tuple(1 + (2 * index * (frames - 1) + last) // (2 * last) for index in range(shown))
