"""Losses of each clip of a training step, gathered over micro-batches and devices."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor

from models.losses import MotifLoss
from models.training.batches import Batch

# A clip counts as moving if the heatmap exceeds 0.5 at this share (or more) of its latent positions.
MIN_MOVING_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class ClipLosses:
    """The losses per clip, detached from the gradient graph. Every tensor is (clips,) float32.

    `is_moving` is (clips,) bool.
    """

    total: Tensor
    diffusion: Tensor
    motion_focal: Tensor
    is_moving: Tensor


def losses_per_clip(losses: MotifLoss, batch: Batch) -> ClipLosses:
    """Detach the losses, and mark the clips that move."""
    is_moving = (batch.region > 0.5).float().mean(dim=(1, 2, 3, 4)) >= MIN_MOVING_SHARE
    return ClipLosses(
        losses.total.detach(), losses.diffusion.detach(), losses.motion_focal.detach(), is_moving
    )


def gather_losses(accelerator: Accelerator, micro_batches: Sequence[ClipLosses]) -> ClipLosses:
    """Concatenate the losses of all micro-batches and devices."""
    columns = (
        torch.cat([getattr(losses, name) for losses in micro_batches])
        for name in ("total", "diffusion", "motion_focal", "is_moving")
    )
    return ClipLosses(*(accelerator.gather(column) for column in columns))


def loss_metrics(losses: ClipLosses) -> dict[str, float | int | None]:
    """Return the mean losses for the log. A mean over no clips is None."""
    moving, still = losses.diffusion[losses.is_moving], losses.diffusion[~losses.is_moving]
    return {
        "loss": float(losses.total.mean()),
        "diffusion": float(losses.diffusion.mean()),
        "motion_focal": float(losses.motion_focal.mean()),
        "diffusion_moving": float(moving.mean()) if len(moving) else None,
        "diffusion_still": float(still.mean()) if len(still) else None,
    }
