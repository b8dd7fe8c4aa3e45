"""What chance decides in a step: clips, timesteps, noise, dropped texts.

Every draw follows from (seed, purpose, step, place in the batch) alone. So nothing has to be stored for a run
to resume to the same numbers, and a batch is the same however many devices share it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Purpose(IntEnum):
    """Keeps draws for different ends apart."""

    ORDER = 1
    TIMESTEP = 2
    NOISE = 3
    TEXT_DROPOUT = 4
    NETWORK_DROPOUT = 5
    VALIDATION = 6
    SAMPLES = 7


@dataclass(frozen=True)
class Draw:
    """One clip's part of a batch.

    Attributes:
        clip: its index among the clips trained on.
        timestep: 0 to the schedule's length.
        noise_seed: of `noise`.
        drops_text: whether the network gets the empty text instead, as guidance needs it.
    """

    clip: int
    timestep: int
    noise_seed: int
    drops_text: bool


def draw(
    seed: int, step: int, place: int, *, batch: int, clips: int, timesteps: int, text_dropout: float
) -> Draw:
    """Return what place `place` of the batch of `step` holds. Every clip comes once an epoch."""
    epoch, offset = divmod(step * batch + place, clips)
    return Draw(
        clip=int(_order(seed, epoch, clips)[offset]),
        timestep=int(_rng(seed, Purpose.TIMESTEP, step, place).integers(timesteps)),
        noise_seed=derived_seed(seed, Purpose.NOISE, step, place),
        drops_text=bool(_rng(seed, Purpose.TEXT_DROPOUT, step, place).random() < text_dropout),
    )


def noise(seed: int, shape: Sequence[int]) -> Tensor:
    """Return Gaussian noise, float32, drawn on the CPU so that every device trains on the same."""
    return torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))


def derived_seed(seed: int, purpose: Purpose, *numbers: int) -> int:
    """Return a seed of 63 bits for one purpose and place."""
    state = np.random.SeedSequence([seed, purpose, *numbers]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, clips: int) -> NDArray[np.int64]:
    return _rng(seed, Purpose.ORDER, epoch).permutation(clips)


def _rng(seed: int, purpose: Purpose, *numbers: int) -> np.random.Generator:
    return np.random.default_rng([seed, purpose, *numbers])
