"""Makes the random choices of a training step: clips, timesteps, noise and dropped texts.

Every choice is a function of (seed, stream, step, index in the batch). A resumed run therefore makes the same
random choices, although checkpoints hold no random generator state. A batch does not depend on the number of
devices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class RandomStream(IntEnum):
    """The independent random streams, one per purpose.

    `derived_seed` computes a stream's seeds from the value of the stream.
    """

    ORDER = 1
    TIMESTEP = 2
    NOISE = 3
    TEXT_DROPOUT = 4
    NETWORK_DROPOUT = 5
    VALIDATION = 6
    SAMPLES = 7


@dataclass(frozen=True)
class BatchItem:
    """The random choices for one clip of a batch.

    Attributes:
        clip: index of the clip in the list of training clips.
        timestep: timestep of the clip, from 0 to the number of training timesteps - 1.
        noise_seed: seed of the clip's noise, for `gaussian_noise`.
        drops_text: whether the caption is replaced by the empty text, for classifier-free guidance.
    """

    clip: int
    timestep: int
    noise_seed: int
    drops_text: bool


def sample_batch_item(
    seed: int, step: int, index: int, *, batch: int, clips: int, timesteps: int, text_dropout: float
) -> BatchItem:
    """Return the random choices for item `index` of a step's batch. Every clip occurs once per epoch.

    Args:
        seed: the run's seed.
        step: number of the optimiser step, from 0.
        index: position in the batch, from 0.
        batch: batch size over all devices.
        clips: number of training clips.
        timesteps: number of training timesteps.
        text_dropout: probability of dropping the text.
    """
    epoch, offset = divmod(step * batch + index, clips)
    return BatchItem(
        clip=int(_order(seed, epoch, clips)[offset]),
        timestep=int(_rng(seed, RandomStream.TIMESTEP, step, index).integers(timesteps)),
        noise_seed=derived_seed(seed, RandomStream.NOISE, step, index),
        drops_text=bool(_rng(seed, RandomStream.TEXT_DROPOUT, step, index).random() < text_dropout),
    )


def gaussian_noise(seed: int, shape: Sequence[int]) -> Tensor:
    """Return standard Gaussian noise, float32, generated on the CPU so that all devices get equal values."""
    return torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))


def derived_seed(seed: int, stream: RandomStream, *numbers: int) -> int:
    """Return a 63-bit seed, derived from the run's seed, the stream and further numbers."""
    state = np.random.SeedSequence([seed, stream, *numbers]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, clips: int) -> NDArray[np.int64]:
    return _rng(seed, RandomStream.ORDER, epoch).permutation(clips)


def _rng(seed: int, stream: RandomStream, *numbers: int) -> np.random.Generator:
    return np.random.default_rng([seed, stream, *numbers])
