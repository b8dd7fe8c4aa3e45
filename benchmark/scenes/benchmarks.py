"""Writes synthetic benchmarks (images, `prompt.csv`, manifest) to folders, and reads such folders.

The files have the official layout: `prompt.csv` with one row per pair, and a folder of images.
`manifest.json` adds the sha256, scenario, style and seed of every image.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmark.data import bundled_folder
from benchmark.pairs import pair_id, scenario_of_image
from benchmark.scenes.gold import GoldQuestion, GoldRival, GoldUse
from benchmark.scenes.rendering import draw_still
from benchmark.scenes.scenarios import SCENARIOS
from benchmark.scenes.scenes import Action, Scene
from benchmark.scenes.styles import Style
from benchmark.tables import read_table

IMAGE_SIDE = 512
LICENCE = "CC0-1.0"
# A rendering on another processor may differ by one level. Files store only even levels, so pixels of a file
# may differ by two.
LARGEST_DIFFERENCE = 2
_COLUMNS = (
    "image_path",
    "prompt",
    "scenario",
    "style",
    "hard_case",
    "action",
    "seed",
    "gold",
    "gold_against",
)


@dataclass(frozen=True)
class ScenePair:
    """One pair of a synthetic benchmark, with the parameters from which the pair's image is rendered.

    Attributes:
        image: the image's file name without suffix: the scenario's name and a number.
        seed: the seed of the image's layout.
        gold: the use of the pair in a training question or a gold question; None if the pair is in no
            question.
    """

    image: str
    style: Style
    seed: int
    action: str
    gold_use: GoldUse | None = None
    gold_against: GoldRival | None = None

    @property
    def image_path(self) -> str:
        return f"images/{self.image}.webp"

    @property
    def scenario(self) -> str:
        return scenario_of_image(self.image)

    @property
    def scene(self) -> Scene:
        return Scene(SCENARIOS[self.scenario], self.style, self.seed)

    @property
    def described(self) -> Action:
        return SCENARIOS[self.scenario].action(self.action)

    @property
    def prompt(self) -> str:
        return self.described.prompt

    @property
    def id(self) -> str:
        return pair_id(self.image, self.prompt)

    @property
    def question(self) -> GoldQuestion | None:
        if self.gold_use is None or self.gold_against is None:
            return None
        return GoldQuestion(self.id, self.gold_use, self.gold_against)


def encode_image(scene: Scene) -> bytes:
    """Return the still image of a scene as a lossless WebP whose pixel values are all even.

    The file is lossless. `ti2v benchmark redraw` can therefore compare the file with a new rendering, pixel
    by pixel. Rounding pixel values to even numbers saves a quarter of the bytes; the difference of at most 1
    (of 255) is invisible.
    """
    buffer = BytesIO()
    even = draw_still(scene, IMAGE_SIDE) & 0xFE
    Image.fromarray(even).save(buffer, "WEBP", lossless=True, quality=80, method=6)
    return buffer.getvalue()


def redraw_difference(pair: ScenePair, folder: Path) -> int:
    """Render a pair's image again; return the largest pixel difference from the image file (0 to 255)."""
    with Image.open(folder / pair.image_path) as file:
        kept = np.asarray(file.convert("RGB"), dtype=np.int16)
    return int(np.abs(kept - draw_still(pair.scene, IMAGE_SIDE)).max())


class NoDrawnBenchmark(ValueError):
    """The input folder contains no synthetic benchmark, or the output folder is not empty."""


def write_benchmark(
    pairs: Iterable[ScenePair], folder: Path, on_image: Callable[[], None] = lambda: None
) -> None:
    """Render the pairs' images; write the images, `prompt.csv` and `manifest.json` to a folder.

    Args:
        on_image: called after each image, for a progress bar.

    Raises:
        NoDrawnBenchmark: the output folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NoDrawnBenchmark(f"{folder} is not empty. Name a new or an empty folder.")
    pairs = list(pairs)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    images: dict[str, dict[str, object]] = {}
    for pair in {pair.image: pair for pair in pairs}.values():
        drawn = encode_image(pair.scene)
        (folder / pair.image_path).write_bytes(drawn)
        images[pair.image_path] = {
            "sha256": hashlib.sha256(drawn).hexdigest(),
            "scenario": pair.scenario,
            "style": pair.style.value,
            "seed": pair.seed,
        }
        on_image()
    with (folder / "prompt.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(pair) for pair in pairs)
    manifest = {
        "licence": LICENCE,
        "source": "drawn by benchmark.scenes; prompts written for it",
        "image_side": IMAGE_SIDE,
        "pairs": len(pairs),
        "prompt.csv": hashlib.sha256((folder / "prompt.csv").read_bytes()).hexdigest(),
        "images": images,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def read_benchmark(folder: Path) -> dict[str, ScenePair]:
    """Return a mapping from pair id to pair for a synthetic benchmark, in the order of `prompt.csv`.

    Raises:
        NoDrawnBenchmark: the folder was not written by `write_benchmark`.
    """
    try:
        table = read_table(folder / "prompt.csv", _COLUMNS)
        table.require(_COLUMNS)
        columns = [table.cells(column) for column in _COLUMNS]
        rows = [dict(zip(_COLUMNS, cells, strict=True)) for cells in zip(*columns, strict=True)]
        pairs = [_pair({name: str(cell or "") for name, cell in row.items()}) for row in rows]
        if not pairs:
            raise ValueError("a benchmark needs at least one pair")
        return {pair.id: pair for pair in pairs}
    except (FileNotFoundError, ValueError) as error:
        raise NoDrawnBenchmark(
            f"{folder} is not a benchmark that ti2v benchmark draw wrote: prompt.csv is missing or does not "
            "contain the columns from which images are rendered."
        ) from error


@lru_cache(maxsize=1)
def bundled_pairs() -> dict[str, ScenePair]:
    """Return the pairs of the bundled benchmark, as a mapping from pair id to pair."""
    return read_benchmark(bundled_folder())


def gold_questions() -> list[GoldQuestion]:
    """Return the gold and training questions of the bundled benchmark."""
    return [pair.question for pair in bundled_pairs().values() if pair.question is not None]


def _row(pair: ScenePair) -> dict[str, str | int]:
    return {
        "image_path": pair.image_path,
        "prompt": pair.prompt,
        "scenario": pair.scenario,
        "style": pair.style.value,
        "hard_case": pair.described.hard_case or "",
        "action": pair.action,
        "seed": pair.seed,
        "gold": pair.gold_use or "",
        "gold_against": pair.gold_against or "",
    }


def _pair(row: dict[str, str]) -> ScenePair:
    return ScenePair(
        image=Path(row["image_path"]).stem,
        style=Style(row["style"]),
        seed=int(row["seed"]),
        action=row["action"],
        gold_use=GoldUse(row["gold"]) if row["gold"] else None,
        gold_against=GoldRival(row["gold_against"]) if row["gold_against"] else None,
    )
