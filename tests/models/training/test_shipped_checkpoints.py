"""The trained networks in the package: their size, their settings, and the clips that they generate."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import models
from benchmark.repro.measurements import read_measurement
from benchmark.repro.submission_files import FACTOR
from benchmark.scenes.sprites import RETEST_SPRITES, enlarged, held_out_clips
from models.generators.base import ClipRequest
from models.generators.registry import create_generator
from models.metrics.synthetic_scores import measure_clips
from models.training.config_io import read_config, settings_by_name
from models.training.sampling import RandomStream, derived_seed

ROOT = Path(models.__path__[0]).parent
CHECKPOINTS = ROOT / "models/checkpoints"
SETTINGS = {
    "motif-sprites": "reference",
    "motif-sprites-without": "without",
    "motif-sprites-inverse": "inverse",
}
MOST_BYTES = 5_000_000
PAIRS = 2


@pytest.mark.parametrize("name", SETTINGS)
def test_a_shipped_network_is_small_and_has_a_training_summary(name: str) -> None:
    folder = CHECKPOINTS / name
    summary = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    config = read_config(folder / "config.toml")
    assert sum(path.stat().st_size for path in folder.rglob("*")) < MOST_BYTES
    assert (summary["name"], summary["seed"]) == (SETTINGS[name], config.seed)
    assert summary["steps"] == config.optimiser.steps


@pytest.mark.parametrize("name", SETTINGS)
def test_a_shipped_network_generates_the_clips_that_were_measured(name: str, tmp_path: Path) -> None:
    """The clips have the measures of the run with seed 0 in the re-test."""
    clips = held_out_clips(RETEST_SPRITES)[:PAIRS]
    requests = []
    for index, clip in enumerate(clips):
        path = tmp_path / f"{index}.png"
        Image.fromarray(enlarged(clip.frames[0], FACTOR)).save(path)
        seed = derived_seed(0, RandomStream.SAMPLES, index)
        requests.append(ClipRequest(clip.pair_id, path, clip.prompt, seed))
    generator = create_generator(name)
    generator.load("cpu", "auto")

    frames = np.stack([clip.frames for clip in generator.generate(requests)])

    small = frames[:, :, ::FACTOR, ::FACTOR]
    assert np.array_equal(enlarged(small, FACTOR), frames)
    stored = read_measurement(ROOT / "docs/reproduction/measurements", SETTINGS[name], 0)
    for measured, row in zip(measure_clips(small, [clip.truth for clip in clips]), stored.rows, strict=False):
        known = {measure: value for measure, value in row.items() if value is not None}
        # Other processors round differently.
        assert known == pytest.approx({measure: measured[measure] for measure in known}, rel=0.1, abs=0.05)


@pytest.mark.parametrize(
    ("name", "difference"),
    [("motif-sprites-without", "loss.motion_focal_weight"), ("motif-sprites-inverse", "heatmap.inverse")],
)
def test_an_ablation_differs_in_one_setting(name: str, difference: str) -> None:
    ours, theirs = (
        settings_by_name(read_config(CHECKPOINTS / each / "config.toml")) for each in ("motif-sprites", name)
    )
    assert {key for key, value in ours.items() if value != theirs[key]} == {"name", difference}
