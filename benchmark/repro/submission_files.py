"""Writes the held-out benchmark and the clips of the runs as files for the service."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.pairs import pair_id
from benchmark.repro.generated_clips import CLIPS_FILE, read_generated_clips
from benchmark.repro.measurements import MeasurementError, run_name
from benchmark.repro.paper_settings import Setting
from benchmark.scenes.encoding import encode_mp4
from benchmark.scenes.sprites import RETEST_SPRITES, enlarged, held_out_clips
from benchmark.tables.csv_text import csv_text

BENCHMARK, CLIPS = "benchmark", "clips"
# Clips of 32 pixels are enlarged to 192 pixels, a size that people can judge.
FACTOR = 6
_CARD = """---
license: cc0-1.0
pretty_name: Sprites
---

# Sprites

The held-out pairs of the re-test. `benchmark.scenes.sprites` draws the images; the prompts are our own.
"""
_COLUMNS = ("image_path", "prompt", "scenario")


@dataclass(frozen=True)
class GeneratedRun:
    """A run whose generated clips are stored in `path`."""

    setting: Setting
    seed: int
    path: Path


def generated_runs(folder: Path) -> list[GeneratedRun]:
    """Return the runs of a folder that have generated clips, in the order of the settings.

    Raises:
        MeasurementError: no run has clips.
    """
    seeds: defaultdict[Setting, list[int]] = defaultdict(list)
    for setting in Setting:
        for path in folder.glob(f"{setting}-*/{CLIPS_FILE}"):
            seed = path.parent.name.removeprefix(f"{setting}-")
            if seed.isdecimal():
                seeds[setting].append(int(seed))
    runs = [
        GeneratedRun(setting, seed, folder / run_name(setting, seed) / CLIPS_FILE)
        for setting in Setting
        for seed in sorted(seeds[setting])
    ]
    if not runs:
        raise MeasurementError(f"{folder} has no run with {CLIPS_FILE}. Run `ti2v repro run` first.")
    return runs


def write_benchmark_files(folder: Path) -> int:
    """Write the held-out pairs as a benchmark's folder, and return the number of pairs.

    The pair's split becomes its scenario. A split, such as `colour`, is named after a property of its pairs
    that no training clip has.
    """
    (folder / "images").mkdir(parents=True, exist_ok=True)
    clips = held_out_clips(RETEST_SPRITES)
    for image_id, frame in {clip.image_id: clip.frames[0] for clip in clips}.items():
        Image.fromarray(enlarged(frame, FACTOR)).save(folder / _image_path(image_id))
    rows = ((_image_path(clip.image_id), clip.prompt, clip.split or "") for clip in clips)
    table = csv_text([_COLUMNS, *rows])
    (folder / "prompt.csv").write_text(table, encoding="utf-8", newline="")
    (folder / "README.md").write_text(_CARD, encoding="utf-8")
    return len(clips)


def _image_path(image_id: str) -> str:
    return f"images/{image_id}.png"


def write_clip_files(runs: list[GeneratedRun], folder: Path, *, fps: int = 8) -> Iterator[GeneratedRun]:
    """Write the clips of each run to `folder`/RUN/<pair id>_<seed>.mp4; yield each run when it is done.

    Raises:
        MeasurementError: the stored clips are damaged, or belong to other held-out pairs.
    """
    clips = held_out_clips(RETEST_SPRITES)
    for run in runs:
        frames = generated_frames(run)
        clip_folder = folder / run_name(run.setting, run.seed)
        clip_folder.mkdir(parents=True, exist_ok=True)
        for clip, generated in zip(clips, frames, strict=True):
            name = f"{pair_id(clip.image_id, clip.prompt)}_{run.seed}.mp4"
            (clip_folder / name).write_bytes(encode_mp4(enlarged(generated, FACTOR), fps=fps))
        yield run


def generated_frames(run: GeneratedRun) -> NDArray[np.uint8]:
    """Return the stored clips of a run, (pairs, frames, side, side, 3) uint8, in the benchmark's order.

    Raises:
        MeasurementError: the file is damaged, or belongs to other held-out pairs.
    """
    clips, stored = held_out_clips(RETEST_SPRITES), read_generated_clips(run.path)
    expected = tuple(clip.pair_id for clip in clips)
    if stored.pair_ids != expected or stored.frames.shape != (len(clips), *clips[0].frames.shape):
        raise MeasurementError(
            f"{run.path} has clips of other held-out pairs. Remove it, and run `ti2v repro run` again."
        )
    return stored.frames
