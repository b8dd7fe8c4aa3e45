"""Writes and reads a training run's checkpoints: weights, averaged weights, optimiser state, step count.

    checkpoints/step-000500/   network.safetensors  ema.safetensors  optimiser.safetensors  state.json

No file is a pickle. A checkpoint folder is written atomically. Older checkpoints are removed after the new
checkpoint is complete.
"""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.training.atomic_io import TEMPORARY_PREFIX, atomic_write, atomic_write_text, remove_path
from models.training.cache import write_tensors
from models.training.ema import ExponentialMovingAverage
from models.training.errors import CannotResume, CannotWrite
from models.training.sharded_weights import shard_like, whole_tensor

_STEP = re.compile(r"step-(\d{6,})")


@dataclass(eq=False)
class TrainState:
    """The state that changes during training, such as the weights.

    The run's config determines all other properties of the run.

    Attributes:
        network: the network being trained.
        ema: moving average of the network's weights.
        optimiser: the AdamW optimiser.
        steps_done: completed optimiser steps.
    """

    network: nn.Module
    ema: ExponentialMovingAverage
    optimiser: torch.optim.Optimizer
    steps_done: int = 0


@dataclass(frozen=True)
class StateCopy:
    """A copy of a train state in CPU memory. Later training steps do not change the copy."""

    network: dict[str, Tensor]
    ema: dict[str, Tensor]
    optimiser: dict[str, Tensor]
    steps_done: int


def copy_state(state: TrainState, *, keeps: bool = True) -> StateCopy:
    """Copy a train state to CPU memory.

    If the weights are sharded, all processes call this function. A process with `keeps` = False gets an empty
    copy, which needs no memory.
    """
    return StateCopy(
        _copy(state.network.state_dict(), keeps),
        _copy(state.ema.weights, keeps),
        _copy(dict(_flatten_optimiser(state.optimiser)), keeps),
        state.steps_done,
    )


def _copy(tensors: Mapping[str, Tensor], keeps: bool) -> dict[str, Tensor]:
    wholes = ((name, whole_tensor(tensor.detach())) for name, tensor in tensors.items())
    return {name: tensor.to("cpu", copy=True) for name, tensor in wholes if keeps}


def write_checkpoint(folder: Path, state: StateCopy, *, settings_key: str, keep: int) -> Path:
    """Write a checkpoint, then remove old checkpoints; only the newest checkpoints remain.

    Args:
        folder: folder of all checkpoints of the run.
        state: the state to write.
        settings_key: hash of the run's settings, checked by `load_checkpoint`.
        keep: number of checkpoints to keep.

    Raises:
        CannotWrite: the disk is full; existing checkpoints are unchanged.
    """
    # First remove temporary folders that a killed run left: they can take tens of gigabytes.
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        remove_path(leftover)
    final = folder / f"step-{state.steps_done:06d}"
    try:
        with atomic_write(final) as temporary:
            write_tensors(temporary / "network.safetensors", state.network)
            write_tensors(temporary / "ema.safetensors", state.ema)
            write_tensors(temporary / "optimiser.safetensors", state.optimiser)
            progress = {"steps_done": state.steps_done, "settings": settings_key}
            atomic_write_text(temporary / "state.json", json.dumps(progress) + "\n")
    except CannotWrite as error:
        last = newest_checkpoint(folder)
        kept = f"the last good checkpoint is {last}" if last else "there is no earlier checkpoint"
        raise CannotWrite(
            f"The checkpoint of step {state.steps_done} could not be written; {kept}. {error}"
        ) from error
    for old in _checkpoints(folder)[:-keep]:
        remove_path(old)
    return final


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the checkpoint with the most steps; None if the folder has no checkpoint."""
    found = _checkpoints(folder)
    return found[-1] if found else None


def load_checkpoint(checkpoint: Path, state: TrainState, *, settings_key: str) -> None:
    """Load a checkpoint into a train state.

    Raises:
        CannotResume: the checkpoint is damaged, or was written with other settings.
    """
    try:
        progress = json.loads((checkpoint / "state.json").read_text(encoding="utf-8"))
        network, ema, optimiser = (
            load_file(checkpoint / f"{name}.safetensors") for name in ("network", "ema", "optimiser")
        )
        if progress["settings"] != settings_key:
            raise CannotResume(
                f"{checkpoint} was trained with other settings. Choose another folder with --output, or use "
                "the config.toml in the run's folder."
            )
        current = state.network.state_dict()
        state.network.load_state_dict(
            {name: shard_like(value, current.get(name, value)) for name, value in network.items()}
        )
        state.ema.load(ema)
        _restore_optimiser(state.optimiser, optimiser)
        state.steps_done = int(progress["steps_done"])
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise CannotResume(
            f"{checkpoint} is damaged: {error}. Remove it to resume from the previous checkpoint."
        ) from error


def _checkpoints(folder: Path) -> list[Path]:
    with contextlib.suppress(FileNotFoundError):
        return sorted((path for path in folder.iterdir() if _STEP.fullmatch(path.name)), key=_steps)
    return []


def _steps(path: Path) -> int:
    return int(path.name.removeprefix("step-"))


def _flatten_optimiser(optimiser: torch.optim.Optimizer) -> Iterator[tuple[str, Tensor]]:
    """Yield AdamW's moments and step counts by name, such as `3.exp_avg` for the parameter with index 3."""
    for index, tensors in optimiser.state_dict()["state"].items():
        for name, value in tensors.items():
            yield f"{index}.{name}", torch.as_tensor(value)


def _restore_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    weights = [weight for group in optimiser.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        index, name = key.split(".", 1)
        # Moments have the shape of their weight; the step count is one number.
        value = shard_like(tensor, weights[int(index)]) if tensor.ndim else tensor
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({"state": state, "param_groups": _packed_groups(optimiser)})


def _packed_groups(optimiser: torch.optim.Optimizer) -> list[dict[str, object]]:
    """Return the optimiser's parameter groups as in `state_dict`, with the index of each parameter.

    A sharded optimiser has no `state_dict` until its processes have collected their states.
    """
    packed, count = [], 0
    for group in optimiser.param_groups:
        numbers = list(range(count, count + len(group["params"])))
        packed.append({**group, "params": numbers})
        count += len(numbers)
    return packed
