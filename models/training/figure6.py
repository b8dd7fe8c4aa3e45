"""Figure 6 of the paper: how hard the high-motion regions are, at each timestep, on held-out clips.

    ratio(t) = mean loss inside the high-motion regions / mean loss overall      (arXiv:2412.16153, Figure 6)

Noise is fixed, so two networks are asked the same questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.losses.diffusion import squared_errors
from models.training.batches import Batcher, predicted
from models.training.cache_builder import CachedClip
from models.training.sampling import Purpose, derived_seed

# Seeds of validation have nothing to do with a run's seed: all runs are measured with the same noise.
_SEED = 0
_CLIPS_AT_ONCE = 8


@dataclass(frozen=True)
class RegionLoss:
    """One timestep.

    Attributes:
        inside: mean loss of the places in high-motion regions.
        overall: mean loss of all places.
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
    batcher: Batcher,
    clips: Sequence[CachedClip],
    *,
    timesteps: Sequence[int],
    region_above: float,
) -> list[RegionLoss]:
    """Measure a network on clips; it is put into evaluation mode and left in the mode it was in.

    Returns:
        a row a timestep; none where no place of any clip is in a high-motion region.
    """
    if not any(bool((clip.region() > region_above).any()) for clip in clips):
        return []
    was_training = network.training
    network.eval()
    rows = []
    for timestep in timesteps:
        errors, regions = [], []
        for start in range(0, len(clips), _CLIPS_AT_ONCE):
            some = clips[start : start + _CLIPS_AT_ONCE]
            seeds = [derived_seed(_SEED, Purpose.VALIDATION, start + i, timestep) for i in range(len(some))]
            batch = batcher.noised(some, [clip.text() for clip in some], [timestep] * len(some), seeds)
            errors.append(squared_errors(predicted(network, batch), batch.target).cpu())
            regions.append(batch.region.cpu())
        rows.append(region_loss(timestep, torch.cat(errors), torch.cat(regions) > region_above))
    network.train(was_training)
    return rows


def region_loss(timestep: int, errors: Tensor, region: Tensor) -> RegionLoss:
    """Return the means of a timestep, over all places of all clips.

    Args:
        errors: (clips, 1, frames, height, width), the loss of every place.
        region: the same shape, bool.
    """
    return RegionLoss(timestep, float(errors[region].mean()), float(errors.mean()))


def mean_ratio(rows: Sequence[RegionLoss]) -> float:
    """Return the mean of the timesteps' ratios."""
    return float(np.mean([row.ratio for row in rows]))


def spread_evenly(clips: Sequence[CachedClip], count: int) -> list[CachedClip]:
    """Return `count` clips spread over all, or all where there are fewer."""
    if len(clips) <= count:
        return list(clips)
    places: NDArray[np.int64] = np.linspace(0, len(clips) - 1, count).round().astype(np.int64)
    return [clips[place] for place in places]
