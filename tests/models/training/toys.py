"""Training runs of toy size: a network with 100,000 parameters on clips of 4 frames of 64x64."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.batches import BatchBuilder, create_batch_builder
from models.training.cache import TensorCache
from models.training.cache_builder import build_dataset
from models.training.checkpoints import TrainState
from models.training.config import TrainingConfig
from models.training.config_io import parse_config
from models.training.datasets import clip_sources
from models.training.encoded_clips import Dataset
from models.training.loop import Hooks, StopReason, train
from models.training.networks import create_pipeline
from models.training.run_log import Metrics
from models.training.train_state import new_train_state

TOY: Mapping[str, Mapping[str, object]] = {
    "data": {
        "source": "scenes",
        "scenarios": ["kites"],
        "images": 2,
        "held_out_images": 1,
        "frames": 4,
        "height": 64,
        "width": 64,
    },
    "network": {"kind": "tiny"},
    "tiny": {
        "patch": 8,
        "latent_channels": 4,
        "channels": [8, 16],
        "head_dim": 4,
        "groups": 4,
        "text_channels": 8,
    },
    "noise": {},
    "heatmap": {"flow": "exact", "last_frame": "repeat"},
    "loss": {},
    "optimiser": {"learning_rate": 1e-3, "steps": 4, "batch_size": 2, "ema_decay": 0.9},
    "run": {"checkpoint_every": 2},
    "validation": {"clips": 2, "timesteps": [100, 900], "samples": 0, "sampling_steps": 2},
}


def toy_config(**changes: Mapping[str, object]) -> TrainingConfig:
    """Return the config of a toy run; `optimiser={"steps": 6}` overrides one setting of a section."""
    sections = {name: dict(settings) | dict(changes.get(name, {})) for name, settings in TOY.items()}
    return parse_config({"name": "toy", **sections}, "toy")


def write_toml(folder: Path, text: str, name: str = "run.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@dataclass(frozen=True, eq=False)
class TrainingSetup:
    """The arguments of the training loop."""

    config: TrainingConfig
    pipeline: MotifImageToVideoPipeline
    dataset: Dataset
    state: TrainState
    batch_builder: BatchBuilder


def open_setup(config: TrainingConfig, cache: Path) -> TrainingSetup:
    """Create the pipeline, dataset and state of a toy run in the same way as `run_training`."""
    found = clip_sources(config.data)
    pipeline = create_pipeline(config, found)
    dataset = build_dataset(config, pipeline, found, TensorCache(cache))
    batch_builder = create_batch_builder(pipeline, dataset, device=torch.device("cpu"))
    return TrainingSetup(config, pipeline, dataset, new_train_state(config, pipeline), batch_builder)


def train_quietly(setup: TrainingSetup, hooks: Hooks | None = None) -> StopReason:
    """Train without writing any files, except for those that the hooks write."""
    return train(setup.config, Accelerator(), setup.state, setup.batch_builder, hooks or hooks_with())


def hooks_with(
    log: Callable[[int, Metrics], None] = lambda *_: None, save: Callable[[], None] = lambda: None
) -> Hooks:
    return Hooks(log=log, save=save, validate=lambda: None)
