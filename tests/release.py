"""Copies parts of a benchmark and of its models' clips, for tests that need real clips."""

import csv
import shutil
from collections.abc import Collection
from pathlib import Path

from benchmark.importers.official import read_official
from benchmark.pairs import pair_id


def first_pairs(benchmark: Path, count: int) -> list[str]:
    """Return the ids of a benchmark's first pairs."""
    return [pair.id for pair in read_official(benchmark).pairs[:count]]


def copy_benchmark(benchmark: Path, folder: Path, pairs: Collection[str]) -> Path:
    """Copy the rows of a benchmark's table and the images of these pairs."""
    with (benchmark / "prompt.csv").open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        rows = [row for row in table if pair_id(Path(row["image_path"]).stem, row["prompt"]) in pairs]
    for image in {row["image_path"] for row in rows}:
        (folder / image).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(benchmark / image, folder / image)
    with (folder / "prompt.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table.fieldnames or [])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def copy_clips(clips: Path, folder: Path, pairs: Collection[str]) -> Path:
    """Copy the clips of a model for these pairs."""
    folder.mkdir(parents=True)
    for pair in pairs:
        shutil.copy(clips / f"{pair}_0.mp4", folder)
    return folder
