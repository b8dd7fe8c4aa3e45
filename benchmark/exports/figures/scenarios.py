"""Draws Figure 3 of the paper: one image and one prompt for each scenario of a benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.exports.cells import Cell
from benchmark.exports.figures.canvas import FULL_WIDTH, SMALL_SIZE, TEXT_SIZE, Canvas, Pixels
from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.palette import QUIET
from benchmark.exports.figures.text_layout import printable, text_width, truncate, wrap

MAX_SCENARIOS = 60
COLUMNS, GAP = 6, 8.0
WIDTH = (FULL_WIDTH - (COLUMNS - 1) * GAP) / COLUMNS
TEXT_HEIGHT = 36.0
NAME_SIZES = (TEXT_SIZE, 7.0, 6.5, 6.0)


@dataclass(frozen=True)
class ScenarioExample:
    """A scenario and its first pair.

    `pixels` is the image of the first pair, uint8 RGB (height, width, 3).
    """

    scenario: str
    pair: str
    prompt: str
    images: int
    pairs: int
    pixels: Pixels


@dataclass(frozen=True)
class ScenariosFigure:
    """The data of the figure: one example per scenario, in the order of the benchmark."""

    benchmark: str
    examples: tuple[ScenarioExample, ...]

    @property
    def title(self) -> str:
        return f"The scenarios of {self.benchmark}"

    @property
    def caption(self) -> str:
        images = sum(example.images for example in self.examples)
        pairs = sum(example.pairs for example in self.examples)
        return (
            f"The {len(self.examples)} scenarios of {self.benchmark}, each with one of its images, one of "
            f"its prompts and its number of pairs. In total {pairs} pairs on {images} images."
        )

    @property
    def size(self) -> tuple[float, float]:
        rows = -(-len(self.examples) // COLUMNS)
        return FULL_WIDTH, rows * (WIDTH + TEXT_HEIGHT) - 4

    def draw(self, canvas: Canvas) -> None:
        for index, example in enumerate(self.examples):
            row, column = divmod(index, COLUMNS)
            self._draw_example(canvas, example, column * (WIDTH + GAP), row * (WIDTH + TEXT_HEIGHT))

    def columns(self) -> tuple[str, ...]:
        return ("scenario", "images", "pairs", "pair", "prompt")

    def rows(self) -> list[list[Cell]]:
        return [[each.scenario, each.images, each.pairs, each.pair, each.prompt] for each in self.examples]

    def _draw_example(self, canvas: Canvas, example: ScenarioExample, x: float, y: float) -> None:
        height, width, _channels = example.pixels.shape
        scale = WIDTH / max(height, width)
        shown = (width * scale, height * scale)
        corner = x + (WIDTH - shown[0]) / 2, y + (WIDTH - shown[1]) / 2
        canvas.image(*corner, *shown, example.pixels)
        canvas.frame(*corner, *shown)
        name, room = printable(example.scenario.replace("_", " ").capitalize()), WIDTH - 14
        size = next(
            (each for each in NAME_SIZES if text_width(name, each, bold=True) <= room), NAME_SIZES[-1]
        )
        canvas.text(x, y + WIDTH + 8.5, truncate(name, room, size, bold=True), size=size, bold=True)
        count = str(example.pairs)
        canvas.text(x + WIDTH, y + WIDTH + 8.5, count, size=SMALL_SIZE, colour=QUIET, align="right")
        for number, line in enumerate(wrap(example.prompt, WIDTH, SMALL_SIZE, max_lines=2)):
            canvas.text(x, y + WIDTH + 17 + number * 7.8, line, size=SMALL_SIZE, italic=True)


def scenarios_figure(benchmark: str, examples: Sequence[ScenarioExample]) -> ScenariosFigure:
    """Return the grid of a benchmark's scenarios.

    Raises:
        CannotDraw: there are no scenarios, or too many scenarios.
    """
    if not 0 < len(examples) <= MAX_SCENARIOS:
        raise CannotDraw(
            f"The figure can show 1 to {MAX_SCENARIOS} scenarios, but there are {len(examples)}."
        )
    return ScenariosFigure(benchmark, tuple(examples))
