"""Runs of toy size: a network of 100,000 parameters on clips of 4 frames of 64x64."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.batches import Batcher, batcher_for
from models.training.cache import TensorCache
from models.training.cache_builder import Dataset, prepare
from models.training.checkpoints import TrainState
from models.training.config import TrainingConfig
from models.training.config_io import config_of
from models.training.datasets import sources
from models.training.loop import Ended, Hooks, train
from models.training.networks import open_pipeline
from models.training.run import new_train_state
from models.training.run_log import Numbers

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
    "heatmap": {"flow": "exact"},
    "loss": {},
    "optimiser": {"learning_rate": 1e-3, "steps": 4, "batch_size": 2, "ema_decay": 0.9},
    "run": {"checkpoint_every": 2},
    "validation": {"clips": 2, "timesteps": [100, 900], "samples": 0, "sampling_steps": 2},
}


def toy_config(**changes: Mapping[str, object]) -> TrainingConfig:
    """Return a toy run; `optimiser={"steps": 6}` changes one setting of a section."""
    sections = {name: dict(settings) | dict(changes.get(name, {})) for name, settings in TOY.items()}
    return config_of({"name": "toy", **sections}, "toy")


def write_toml(folder: Path, text: str, name: str = "run.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@dataclass(frozen=True, eq=False)
class Bench:
    """What the loop needs, opened."""

    config: TrainingConfig
    pipeline: MotifImageToVideoPipeline
    dataset: Dataset
    state: TrainState
    batcher: Batcher


def opened(config: TrainingConfig, cache: Path) -> Bench:
    """Open a toy run as `run_training` does."""
    found = sources(config.data)
    pipeline = open_pipeline(config, found)
    dataset = prepare(config, pipeline, found, TensorCache(cache))
    batcher = batcher_for(pipeline, dataset, fps=config.data.fps, device=torch.device("cpu"))
    return Bench(config, pipeline, dataset, new_train_state(config, pipeline), batcher)


def train_quietly(bench: Bench, hooks: Hooks | None = None) -> Ended:
    """Train and write nothing but what the hooks do."""
    return train(bench.config, Accelerator(), bench.state, bench.batcher, hooks or hooks_with())


def hooks_with(
    log: Callable[[int, Numbers], None] = lambda *_: None, save: Callable[[], None] = lambda: None
) -> Hooks:
    return Hooks(log=log, save=save, validate=lambda: None)
