"""Figure 3 of the paper: what a benchmark is about, an image and a prompt of every scenario."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.exports.cells import Cell
from benchmark.exports.figures.canvas import FULL_WIDTH, SMALL_SIZE, TEXT_SIZE, Canvas, Pixels
from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.palette import QUIET
from benchmark.exports.figures.text_layout import printable, shortened, width_of, wrapped

MOST_SCENES = 60
COLUMNS, GAP = 6, 8.0
WIDTH = (FULL_WIDTH - (COLUMNS - 1) * GAP) / COLUMNS
TEXT_HEIGHT = 36.0
NAME_SIZES = (TEXT_SIZE, 7.0, 6.5, 6.0)


@dataclass(frozen=True)
class Scene:
    """One scenario by the first of its pairs; `pixels` are uint8 RGB (height, width, 3) of its image."""

    scenario: str
    pair: str
    prompt: str
    images: int
    pairs: int
    pixels: Pixels


@dataclass(frozen=True)
class ScenesFigure:
    """Scenes in the order of the benchmark."""

    benchmark: str
    scenes: tuple[Scene, ...]

    @property
    def title(self) -> str:
        return f"The scenarios of {self.benchmark}"

    @property
    def caption(self) -> str:
        images, pairs = (sum(getattr(each, what) for each in self.scenes) for what in ("images", "pairs"))
        return (
            f"The {len(self.scenes)} scenarios of {self.benchmark}, each with one of its images and one of "
            f"its prompts; the number is that of its pairs. {pairs} pairs on {images} images in all."
        )

    @property
    def size(self) -> tuple[float, float]:
        rows = -(-len(self.scenes) // COLUMNS)
        return FULL_WIDTH, rows * (WIDTH + TEXT_HEIGHT) - 4

    def draw(self, canvas: Canvas) -> None:
        for index, scene in enumerate(self.scenes):
            row, column = divmod(index, COLUMNS)
            self._draw_scene(canvas, scene, column * (WIDTH + GAP), row * (WIDTH + TEXT_HEIGHT))

    def columns(self) -> tuple[str, ...]:
        return ("scenario", "images", "pairs", "pair", "prompt")

    def rows(self) -> list[list[Cell]]:
        return [[each.scenario, each.images, each.pairs, each.pair, each.prompt] for each in self.scenes]

    def _draw_scene(self, canvas: Canvas, scene: Scene, x: float, y: float) -> None:
        height, width, _channels = scene.pixels.shape
        scale = WIDTH / max(height, width)
        shown = (width * scale, height * scale)
        corner = x + (WIDTH - shown[0]) / 2, y + (WIDTH - shown[1]) / 2
        canvas.picture(*corner, *shown, scene.pixels)
        canvas.frame(*corner, *shown)
        name, room = printable(scene.scenario.replace("_", " ").capitalize()), WIDTH - 14
        size = next((each for each in NAME_SIZES if width_of(name, each, bold=True) <= room), NAME_SIZES[-1])
        canvas.text(x, y + WIDTH + 8.5, shortened(name, room, size, bold=True), size=size, bold=True)
        count = str(scene.pairs)
        canvas.text(x + WIDTH, y + WIDTH + 8.5, count, size=SMALL_SIZE, colour=QUIET, align="right")
        for number, line in enumerate(wrapped(scene.prompt, WIDTH, SMALL_SIZE, most=2)):
            canvas.text(x, y + WIDTH + 17 + number * 7.8, line, size=SMALL_SIZE, italic=True)


def scenes_figure(benchmark: str, scenes: Sequence[Scene]) -> ScenesFigure:
    """Return the grid of a benchmark's scenarios.

    Raises:
        CannotDraw: there is none, or there are more than a sheet has room for.
    """
    if not 0 < len(scenes) <= MOST_SCENES:
        raise CannotDraw(f"A grid of images has room for 1 to {MOST_SCENES} scenarios, not {len(scenes)}.")
    return ScenesFigure(benchmark, tuple(scenes))
