"""Computes the motion focal loss: the diffusion loss weighted by the clip's motion heatmap.

Source: S. Wang et al. (2025), MotiF: Making Text Count in Image Animation with Motion Focal Loss, CVPR,
arXiv:2412.16153.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.losses.diffusion import squared_errors


@dataclass(frozen=True, eq=False)
class MotifLoss:
    """The total loss of each clip, and the two terms of the total.

    Every tensor is (batch,) float32, at least 0.

    Attributes:
        diffusion: E || eps - eps_theta ||^2, the diffusion loss, with gradient.
        motion_focal: E || m' (eps - eps_theta) ||^2, the motion focal loss, not yet multiplied by the weight.
        total: diffusion + weight * motion_focal; call `backward` on the mean of `total`.
    """

    diffusion: Tensor
    motion_focal: Tensor
    total: Tensor


def motion_focal_loss(predicted: Tensor, target: Tensor, heatmap: Tensor) -> Tensor:
    """Return the motion focal loss of each clip in the batch.

        L_motif = E || m' * (eps - eps_theta(z_t, c, t)) ||^2        (arXiv:2412.16153)

    The heatmap m' is inside the norm, so the squared error is multiplied by m'^2. For Inverse MotiF, pass 1 -
    m' as the heatmap.

    Args:
        predicted: (batch, channels, frames, height, width), any float dtype.
        target: the prediction target, with the shape of `predicted` and any float dtype.
        heatmap: (batch, 1, frames, height, width), any float dtype; m' in [0, 1] at latent size.

    Returns:
        (batch,) float32, one loss per clip, so that static and moving clips can be logged separately.

    Raises:
        ValueError: an argument has the wrong shape.
    """
    return _weighted(squared_errors(predicted, target), heatmap)


def motif_loss(predicted: Tensor, target: Tensor, heatmap: Tensor, weight: float = 1.0) -> MotifLoss:
    """Return the two losses of each clip and their weighted sum L = L_diffusion + weight * L_motif.

    Args:
        predicted: (batch, channels, frames, height, width), any float dtype.
        target: the prediction target, with the shape of `predicted` and any float dtype.
        heatmap: (batch, 1, frames, height, width), any float dtype; m' in [0, 1].
        weight: the paper's lambda, at least 0; 1 in the paper. With a weight of 0, the total is the
            diffusion loss.

    Raises:
        ValueError: an argument has the wrong shape, or the weight is negative or NaN.
    """
    if not weight >= 0:
        raise ValueError(f"the weight of the motion focal loss must be at least 0, not {weight}")
    errors = squared_errors(predicted, target)
    diffusion = errors.mean(dim=(1, 2, 3, 4))
    if weight == 0:
        # Do not add 0 * motion_focal. The sum would need a useless backward pass, and 0 * infinity is NaN.
        with torch.no_grad():
            return MotifLoss(diffusion, _weighted(errors, heatmap), diffusion)
    motion_focal = _weighted(errors, heatmap)
    return MotifLoss(diffusion, motion_focal, diffusion + weight * motion_focal)


def _weighted(errors: Tensor, heatmap: Tensor) -> Tensor:
    if heatmap.shape != errors.shape:
        raise ValueError(
            f"the heatmap must be {tuple(errors.shape)}, one weight per latent position, "
            f"not {tuple(heatmap.shape)}"
        )
    return (errors * heatmap.to(errors).square()).mean(dim=(1, 2, 3, 4))
