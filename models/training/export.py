"""Exports a finished run: a pipeline with the averaged weights, and a summary of the training."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.atomic_io import atomic_write, atomic_write_text
from models.training.checkpoints import TrainState
from models.training.config import TrainingConfig
from models.training.encoded_clips import Dataset
from models.training.figure6 import RegionLoss, mean_ratio
from models.training.run_log import read_log


def export(
    folder: Path,
    config: TrainingConfig,
    pipeline: MotifImageToVideoPipeline,
    state: TrainState,
    dataset: Dataset,
    figure6: Sequence[RegionLoss],
) -> None:
    """Write `pipeline/` and `training.json`. The network of the pipeline holds the averaged weights.

    Raises:
        CannotWrite: the disk is full; the checkpoints are unchanged.
    """
    if config.run.half_weights:
        torch.nn.Module.to(pipeline.unet, torch.float16)
    with atomic_write(folder / "pipeline") as temporary:
        pipeline.save_pretrained(temporary, safe_serialization=True)
    summary = _summary(folder, config, state, dataset, figure6)
    atomic_write_text(folder / "training.json", json.dumps(summary, indent=1) + "\n")


def _summary(
    folder: Path,
    config: TrainingConfig,
    state: TrainState,
    dataset: Dataset,
    figure6: Sequence[RegionLoss],
) -> dict[str, object]:
    log = read_log(folder / "log.jsonl")
    return {
        "name": config.name,
        "seed": config.seed,
        "steps": state.steps_done,
        "parameters": sum(weight.numel() for weight in state.network.parameters()),
        "clips": len(dataset.training),
        "clips_held_out": len(dataset.held_out),
        "clips_broken": len(dataset.broken),
        "seconds_of_steps": round(sum(float(line["seconds"] or 0) for line in log), 1),
        "figure6_mean_ratio": mean_ratio(figure6) if figure6 else None,
        "figure6": [asdict(row) for row in figure6],
    }
