"""The two trained networks in the package: their size, their files and their clips."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import models
from benchmark.scenes import SCENARIOS, Scene, Style, render
from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.config_io import read_config, settings_by_name
from models.training.run_log import read_log

CHECKPOINTS = Path(models.__path__[0]) / "checkpoints"
NAMES = ("motif-tiny", "motif-tiny-without")
# A seed that is not in the training data, in a style that is.
SCENE = Scene(SCENARIOS["kites"], Style.SOFT, seed=77)
MOST_BYTES = 8_000_000


def clip_of(name: str) -> NDArray[np.int64]:
    pipeline = MotifImageToVideoPipeline.from_pretrained(CHECKPOINTS / name / "pipeline")
    pipeline.set_progress_bar_config(disable=True)
    image = render(SCENE, "red_sinks", frames=2, size=64).frames[0]
    output = pipeline(
        image,
        SCENE.scenario.action("red_sinks").prompt,
        num_inference_steps=10,
        guidance_scale=2.0,
        generator=torch.Generator().manual_seed(0),
        output_type="uint8",
    )
    return np.asarray(output.frames[0], dtype=np.int64)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_network_is_small_and_has_a_training_summary(name: str) -> None:
    folder = CHECKPOINTS / name
    summary = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    config = read_config(folder / "config.toml")
    assert sum(path.stat().st_size for path in folder.rglob("*")) < MOST_BYTES
    assert summary["steps"] == config.optimiser.steps == read_log(folder / "log.jsonl")[-1]["step"]
    assert (summary["name"], summary["seed"]) == (name, config.seed)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_network_keeps_the_first_frame_and_animates(name: str) -> None:
    clip = clip_of(name)
    image = render(SCENE, "red_sinks", frames=2, size=64).frames[0].astype(np.int64)
    first, last = np.abs(clip[0] - image), np.abs(clip[-1] - clip[0])
    assert clip.shape == (8, 64, 64, 3)
    assert first.mean() < 8
    # The kite moves over a thirtieth of the image; the rest is static.
    assert last.max(axis=2).mean() > 4
    assert np.median(last.max(axis=2)) < 12


def test_the_two_networks_differ_in_the_loss_only() -> None:
    ours, theirs = (settings_by_name(read_config(CHECKPOINTS / name / "config.toml")) for name in NAMES)
    different = {key for key, value in ours.items() if value != theirs[key]}
    assert different == {"name", "loss.motion_focal_weight"}
