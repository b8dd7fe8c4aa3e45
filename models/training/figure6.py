"""Computes Figure 6 of the paper: the relative loss in high-motion regions, per timestep.

    ratio(t) = mean loss inside the high-motion regions / mean loss overall      (arXiv:2412.16153, Figure 6)

The noise is fixed, so all networks are measured on identical inputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.losses.diffusion import squared_errors
from models.training.batches import BatchBuilder, predict
from models.training.encoded_clips import EncodedClip
from models.training.sampling import RandomStream, derived_seed

# This seed does not depend on the run's seed, so all runs are validated with the same noise.
_SEED = 0
_BATCH_SIZE = 8


@dataclass(frozen=True)
class RegionLoss:
    """The mean losses at one timestep, inside high-motion regions and overall.

    Attributes:
        timestep: timestep of the noise schedule.
        inside: mean loss over the latent positions in high-motion regions.
        overall: mean loss over all latent positions.
    """

    timestep: int
    inside: float
    overall: float

    @property
    def ratio(self) -> float:
        return self.inside / self.overall


@torch.no_grad()
def region_losses(
    network: torch.nn.Module,
    batch_builder: BatchBuilder,
    clips: Sequence[EncodedClip],
    *,
    timesteps: Sequence[int],
    region_above: float,
) -> list[RegionLoss]:
    """Return the mean losses of a network on clips, per timestep.

    The network is in evaluation mode during the measurement.

    Args:
        network: the denoising network.
        batch_builder: builds the batches.
        clips: held-out clips.
        timesteps: timesteps at which the loss is measured.
        region_above: a position is in a high-motion region if its heatmap value exceeds this threshold.

    Returns:
        One row per timestep; an empty list if no clip has a high-motion region.
    """
    if not any(bool((clip.tensors().region > region_above).any()) for clip in clips):
        return []
    was_training = network.training
    network.eval()
    rows = []
    for timestep in timesteps:
        errors, regions = [], []
        for start in range(0, len(clips), _BATCH_SIZE):
            some = [clip.tensors() for clip in clips[start : start + _BATCH_SIZE]]
            seeds = [
                derived_seed(_SEED, RandomStream.VALIDATION, start + i, timestep) for i in range(len(some))
            ]
            texts = [clip.text for clip in some]
            batch = batch_builder.add_noise(some, texts, [timestep] * len(some), seeds)
            errors.append(squared_errors(predict(network, batch), batch.target).cpu())
            regions.append(batch.region.cpu())
        rows.append(region_loss(timestep, torch.cat(errors), torch.cat(regions) > region_above))
    network.train(was_training)
    return rows


def region_loss(timestep: int, errors: Tensor, region: Tensor) -> RegionLoss:
    """Return the mean losses at a timestep, over all positions of all clips.

    Args:
        timestep: timestep of the losses, copied to the result.
        errors: (clips, 1, frames, height, width) float32, the loss at every position.
        region: bool, with the shape of `errors`; True in high-motion regions.
    """
    return RegionLoss(timestep, float(errors[region].mean()), float(errors.mean()))


def mean_ratio(rows: Sequence[RegionLoss]) -> float:
    """Return the mean of `ratio` over all timesteps.

    `ratio` is the loss inside high-motion regions divided by the loss over all positions.
    """
    return float(np.mean([row.ratio for row in rows]))


def select_evenly(clips: Sequence[EncodedClip], count: int) -> list[EncodedClip]:
    """Return `count` evenly spaced clips, or all clips if there are fewer than `count`."""
    if len(clips) <= count:
        return list(clips)
    indices: NDArray[np.int64] = np.linspace(0, len(clips) - 1, count).round().astype(np.int64)
    return [clips[index] for index in indices]
