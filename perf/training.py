"""Measures training at toy size: caching clips, reading cached clips, a training step, and Figure 6."""

import tempfile
import time
from pathlib import Path

import torch
from accelerate import Accelerator

from models.training.batches import create_batch_builder
from models.training.cache import TensorCache
from models.training.cache_builder import build_dataset
from models.training.config import TrainingConfig
from models.training.config_io import read_config, resolve_config_path, with_overrides
from models.training.datasets import clip_sources
from models.training.encoded_clips import Dataset
from models.training.figure6 import region_losses
from models.training.loop import Hooks, train
from models.training.networks import create_pipeline
from models.training.run_log import Metrics
from models.training.train_state import new_train_state

STEPS = 12
TARGET_SECONDS = 600


def main() -> None:
    torch.set_num_threads(1)
    config = with_overrides(read_config(resolve_config_path(Path("tiny"))), seed=None, steps=STEPS)
    planned = read_config(resolve_config_path(Path("tiny"))).optimiser.steps
    with tempfile.TemporaryDirectory() as folder:
        measure(config, planned, TensorCache(Path(folder)))


def measure(config: TrainingConfig, planned: int, cache: TensorCache) -> None:
    """Print the table of the tiny config."""
    found = clip_sources(config.data)
    pipeline = create_pipeline(config, found)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        dataset: Dataset = build_dataset(config, pipeline, found, cache)
        seconds.append((time.perf_counter() - began) / len(found))
    state = new_train_state(config, pipeline)
    batch_builder = create_batch_builder(pipeline, dataset, fps=config.data.fps, device=torch.device("cpu"))
    steps: list[float] = []

    def log(_: int, numbers: Metrics) -> None:
        steps.append(float(numbers["seconds"] or 0))

    quiet = Hooks(log=log, save=lambda: None, validate=lambda: None)
    train(config, Accelerator(), state, batch_builder, quiet)
    began = time.perf_counter()
    clips = dataset.held_out[: config.validation.clips]
    region_losses(
        state.network, batch_builder, clips, timesteps=config.validation.timesteps, region_above=0.5
    )
    validation = time.perf_counter() - began
    step = sorted(steps)[len(steps) // 2]
    weights = sum(weight.numel() for weight in pipeline.unet.parameters())
    print(f"{'parameters of the tiny network':48} {weights / 1e6:9.2f} M")
    print(f"{'caching a clip':48} {1000 * seconds[0]:9.1f} ms")
    print(f"{'reading a cached clip':48} {1000 * seconds[1]:9.1f} ms")
    print(f"{'a training step, batch of ' + str(config.optimiser.batch_size):48} {step:9.2f} s")
    print(f"{f'Figure 6 of {len(clips)} clips':48} {validation:9.1f} s")
    print(f"{f'so a run of {planned} steps':48} {planned * step:9.0f} s   target {TARGET_SECONDS}")


if __name__ == "__main__":
    main()
