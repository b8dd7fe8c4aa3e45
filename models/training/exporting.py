"""What a finished run hands on: a pipeline with the averaged weights, and an account of how it came about."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.checkpoints import Learner
from models.training.config import TrainingConfig
from models.training.figure6 import RegionLoss, mean_ratio
from models.training.files import write_text, written_whole
from models.training.logs import read_log
from models.training.preparing import Library


def export(
    folder: Path,
    config: TrainingConfig,
    pipeline: MotifImageToVideoPipeline,
    learner: Learner,
    library: Library,
    figure6: Sequence[RegionLoss],
) -> None:
    """Write `pipeline/` and `training.json`; the network keeps the averaged weights.

    Raises:
        CannotWrite: the disk is full; the checkpoints are untouched.
    """
    learner.average.swap(learner.network)
    if config.run.half_weights:
        torch.nn.Module.to(learner.network, torch.float16)
    with written_whole(folder / "pipeline") as unfinished:
        pipeline.save_pretrained(unfinished, safe_serialization=True)
    account = _account(folder, config, learner, library, figure6)
    write_text(folder / "training.json", json.dumps(account, indent=1) + "\n")


def _account(
    folder: Path,
    config: TrainingConfig,
    learner: Learner,
    library: Library,
    figure6: Sequence[RegionLoss],
) -> dict[str, object]:
    log = read_log(folder / "log.jsonl")
    return {
        "name": config.name,
        "seed": config.seed,
        "steps": learner.steps_done,
        "parameters": sum(weight.numel() for weight in learner.network.parameters()),
        "clips": len(library.training),
        "clips_held_out": len(library.held_out),
        "clips_broken": len(library.broken),
        "seconds_of_steps": round(sum(float(line["seconds"] or 0) for line in log), 1),
        "figure6_mean_ratio": mean_ratio(figure6) if figure6 else None,
        "figure6": [asdict(row) for row in figure6],
    }
