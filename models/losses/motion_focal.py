"""The motion focal loss: the diffusion loss, weighed by where the clip moves.

Source: MotiF, arXiv:2412.16153.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.losses.diffusion import place_errors


@dataclass(frozen=True, eq=False)
class MotifLoss:
    """The parts of the loss of each clip in the batch, each (batch,) float32.

    Attributes:
        diffusion: E || eps - eps_theta ||^2; carries a gradient.
        motion_focal: E || m' (eps - eps_theta) ||^2, before the weight.
        total: diffusion + weight * motion_focal; take its mean and go back through it.
    """

    diffusion: Tensor
    motion_focal: Tensor
    total: Tensor


def motion_focal_loss(predicted: Tensor, target: Tensor, heatmap: Tensor) -> Tensor:
    """Return the motion focal loss of each clip in the batch.

        L_motif = E || m' * (eps - eps_theta(z_t, c, t)) ||^2        (arXiv:2412.16153)

    m' stands inside the norm, so an error counts with its square. Inverse MotiF gives 1 - m' as heatmap.

    Args:
        predicted: (batch, channels, frames, height, width), any float dtype.
        target: the same shape; what the network should have predicted.
        heatmap: (batch, 1, frames, height, width), m' in [0, 1] at latent size.

    Returns:
        (batch,) float32, not averaged over the batch so that still and moving clips can be logged apart.

    Raises:
        ValueError: a shape differs.
    """
    return _weighted(place_errors(predicted, target), heatmap)


def motif_loss(predicted: Tensor, target: Tensor, heatmap: Tensor, weight: float = 1.0) -> MotifLoss:
    """Return L = L_diffusion + weight * L_motif of each clip, and its parts.

    Args:
        predicted: (batch, channels, frames, height, width), any float dtype.
        target: the same shape.
        heatmap: (batch, 1, frames, height, width), m' in [0, 1].
        weight: the paper's lambda, at least 0; 1 in the paper. With 0 the total is the diffusion loss itself.

    Raises:
        ValueError: a shape differs or the weight is negative.
    """
    if not weight >= 0:
        raise ValueError(f"the weight of the motion focal loss is at least 0, not {weight}")
    errors = place_errors(predicted, target)
    diffusion = errors.mean(dim=(1, 2, 3, 4))
    if weight == 0:
        # Not 0 * motion_focal: its gradient would be zeros added everywhere, and 0 * infinity is NaN.
        with torch.no_grad():
            return MotifLoss(diffusion, _weighted(errors, heatmap), diffusion)
    motion_focal = _weighted(errors, heatmap)
    return MotifLoss(diffusion, motion_focal, diffusion + weight * motion_focal)


def _weighted(errors: Tensor, heatmap: Tensor) -> Tensor:
    if heatmap.shape != errors.shape:
        raise ValueError(
            f"the heatmap is {tuple(errors.shape)}, one weight a place of the latents, "
            f"not {tuple(heatmap.shape)}"
        )
    return (errors * heatmap.to(errors).square()).mean(dim=(1, 2, 3, 4))
