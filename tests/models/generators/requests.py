"""Requests and small benchmarks for the tests of generators."""

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmark.data import bundled_folder
from benchmark.scenes.benchmarks import bundled_pairs
from models.generators.base import ClipRequest


def picture(folder: Path, *, name: str = "image", width: int = 96, height: int = 64, seed: int = 0) -> Path:
    """Write a smooth random image and return its path."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    path = folder / f"{name}.png"
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(path)
    return path


def request(
    folder: Path, pair_id: str = "cat1_it_jumps", *, prompt: str = "It jumps.", seed: int = 7
) -> ClipRequest:
    return ClipRequest(pair_id, picture(folder, name=pair_id), prompt, seed)


def small_benchmark(folder: Path, pair_ids: Iterable[str]) -> Path:
    """Write some bundled pairs in the official layout, and return the folder."""
    (folder / "images").mkdir(parents=True)
    pairs = [bundled_pairs()[pair_id] for pair_id in pair_ids]
    for path in {pair.image_path for pair in pairs}:
        shutil.copy(bundled_folder() / path, folder / path)
    with (folder / "prompt.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("image_path", "prompt"), *((pair.image_path, pair.prompt) for pair in pairs)]
        )
    return folder
