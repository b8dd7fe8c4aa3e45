"""Checkpoints a run goes on from: weights, their average, the optimiser, the step. No pickles.

    checkpoints/step-000500/   network.safetensors  average.safetensors  optimiser.safetensors  state.json

A folder is written beside its place and renamed, so there is a whole one or none; older ones go only then.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.training.atomic_io import UNFINISHED, remove, write_text, written_whole
from models.training.cache import write_tensors
from models.training.ema import MovingAverage
from models.training.errors import CannotResume, CannotWrite

_STEP = re.compile(r"step-(\d{6,})")


@dataclass(eq=False)
class TrainState:
    """All that changes while a run learns; the rest follows from its config.

    Attributes:
        steps_done: optimiser steps so far.
    """

    network: nn.Module
    average: MovingAverage
    optimiser: torch.optim.Optimizer
    steps_done: int = 0


def save_checkpoint(folder: Path, state: TrainState, *, settings_key: str, keep: int) -> Path:
    """Write a checkpoint and remove all but the `keep` newest.

    Raises:
        CannotWrite: no room; the checkpoints that were there still are.
    """
    # What a kill left half-written: tens of gigabytes of a large network.
    for left in folder.glob(f"{UNFINISHED}*"):
        remove(left)
    final = folder / f"step-{state.steps_done:06d}"
    try:
        with written_whole(final) as unfinished:
            write_tensors(unfinished / "network.safetensors", dict(state.network.state_dict()))
            write_tensors(unfinished / "average.safetensors", state.average.weights)
            write_tensors(unfinished / "optimiser.safetensors", dict(_moments(state.optimiser)))
            progress = {"steps_done": state.steps_done, "settings": settings_key}
            write_text(unfinished / "state.json", json.dumps(progress) + "\n")
    except CannotWrite as error:
        last = newest_checkpoint(folder)
        kept = f"the last good checkpoint is {last}" if last else "there is no earlier checkpoint"
        raise CannotWrite(
            f"The checkpoint of step {state.steps_done} could not be written; {kept}. {error}"
        ) from error
    for old in _checkpoints(folder)[:-keep]:
        remove(old)
    return final


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the checkpoint with the most steps, if there is one."""
    found = _checkpoints(folder)
    return found[-1] if found else None


def load_checkpoint(checkpoint: Path, state: TrainState, *, settings_key: str) -> None:
    """Put a checkpoint into the learner.

    Raises:
        CannotResume: it is damaged, or was written with other settings.
    """
    try:
        progress = json.loads((checkpoint / "state.json").read_text(encoding="utf-8"))
        network, average, moments = (
            load_file(checkpoint / f"{name}.safetensors") for name in ("network", "average", "optimiser")
        )
        if progress["settings"] != settings_key:
            raise CannotResume(
                f"{checkpoint} was trained with other settings; name another folder with --output, or take "
                "the config.toml that lies in this one."
            )
        state.network.load_state_dict(network)
        state.average.load(average)
        _restore_moments(state.optimiser, moments)
        state.steps_done = int(progress["steps_done"])
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise CannotResume(
            f"{checkpoint} is damaged: {error}. Remove it to go on from the one before."
        ) from error


def _checkpoints(folder: Path) -> list[Path]:
    with contextlib.suppress(FileNotFoundError):
        return sorted((path for path in folder.iterdir() if _STEP.fullmatch(path.name)), key=_steps)
    return []


def _steps(path: Path) -> int:
    return int(path.name.removeprefix("step-"))


def _moments(optimiser: torch.optim.Optimizer) -> Iterator[tuple[str, Tensor]]:
    """Yield AdamW's moments and step counts as `place.name`."""
    for place, tensors in optimiser.state_dict()["state"].items():
        for name, value in tensors.items():
            yield f"{place}.{name}", torch.as_tensor(value)


def _restore_moments(optimiser: torch.optim.Optimizer, moments: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in moments.items():
        place, name = key.split(".", 1)
        state.setdefault(int(place), {})[name] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
