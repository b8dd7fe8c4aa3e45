"""Measures training at toy size: preparing clips the first time and again, a step, Figure 6."""

import tempfile
import time
from pathlib import Path

import torch
from accelerate import Accelerator

from models.training.batches import batcher_for
from models.training.cache import TensorCache
from models.training.cache_builder import Dataset, prepare
from models.training.config import TrainingConfig
from models.training.config_io import changed, read_config, shipped_or_path
from models.training.datasets import sources
from models.training.figure6 import region_losses
from models.training.loop import Hooks, train
from models.training.networks import open_pipeline
from models.training.run import new_train_state
from models.training.run_log import Numbers

STEPS = 12
TARGET_SECONDS = 600


def main() -> None:
    torch.set_num_threads(1)
    config = changed(read_config(shipped_or_path(Path("tiny"))), seed=None, steps=STEPS)
    planned = read_config(shipped_or_path(Path("tiny"))).optimiser.steps
    with tempfile.TemporaryDirectory() as folder:
        measure(config, planned, TensorCache(Path(folder)))


def measure(config: TrainingConfig, planned: int, cache: TensorCache) -> None:
    """Print the table of the tiny config."""
    found = sources(config.data)
    pipeline = open_pipeline(config, found)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        dataset: Dataset = prepare(config, pipeline, found, cache)
        seconds.append((time.perf_counter() - began) / len(found))
    state = new_train_state(config, pipeline)
    batcher = batcher_for(pipeline, dataset, fps=config.data.fps, device=torch.device("cpu"))
    steps: list[float] = []

    def log(_: int, numbers: Numbers) -> None:
        steps.append(float(numbers["seconds"] or 0))

    quiet = Hooks(log=log, save=lambda: None, validate=lambda: None)
    train(config, Accelerator(), state, batcher, quiet)
    began = time.perf_counter()
    clips = dataset.held_out[: config.validation.clips]
    region_losses(state.network, batcher, clips, timesteps=config.validation.timesteps, region_above=0.5)
    validation = time.perf_counter() - began
    step = sorted(steps)[len(steps) // 2]
    weights = sum(weight.numel() for weight in pipeline.unet.parameters())
    print(f"{'parameters of the tiny network':48} {weights / 1e6:9.2f} M")
    print(f"{'preparing a clip, the first time':48} {1000 * seconds[0]:9.1f} ms")
    print(f"{'preparing a clip that is in the cache':48} {1000 * seconds[1]:9.1f} ms")
    print(f"{'a training step, batch of ' + str(config.optimiser.batch_size):48} {step:9.2f} s")
    print(f"{f'Figure 6 of {len(clips)} clips':48} {validation:9.1f} s")
    print(f"{f'so a run of {planned} steps':48} {planned * step:9.0f} s   target {TARGET_SECONDS}")


if __name__ == "__main__":
    main()
