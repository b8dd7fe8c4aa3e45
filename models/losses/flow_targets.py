"""Computes the noisy latents and the prediction target of flow matching (rectified flow).

Sources: Y. Lipman et al. (2023), Flow Matching for Generative Modeling, arXiv:2210.02747; X. Liu et al.
(2023), Flow Straight and Fast, arXiv:2209.03003.
"""

from torch import Tensor


def shifted_sigmas(uniform: Tensor, shift: float) -> Tensor:
    """Map uniform random numbers to noise levels, with a time shift.

        sigma = shift * u / (1 + (shift - 1) * u)        (arXiv:2403.03206, equation 23)

    Args:
        uniform: numbers u in [0, 1], any shape, float32.
        shift: the time shift, above 0. A shift of 1 does not change the noise levels; a larger shift gives
            more noise.

    Returns:
        Noise levels in [0, 1], shaped like `uniform`.
    """
    return shift * uniform / (1 + (shift - 1) * uniform)


def flow_matching_latents(latents: Tensor, noise: Tensor, sigmas: Tensor) -> Tensor:
    """Return x_sigma = (1 - sigma) * latents + sigma * noise.

    Args:
        latents: (batch, channels, frames, height, width), any float dtype; the clean latents.
        noise: standard Gaussian noise, with the shape of `latents`.
        sigmas: (batch,) float, the noise level of each clip in [0, 1].

    Returns:
        (batch, channels, frames, height, width).

    Raises:
        ValueError: an argument has the wrong shape.
    """
    if latents.shape != noise.shape or sigmas.shape != latents.shape[:1]:
        raise ValueError(
            "latents and noise must have the same shape, and sigmas one entry per clip, "
            f"not {tuple(latents.shape)}, {tuple(noise.shape)} and {tuple(sigmas.shape)}"
        )
    level = sigmas.reshape(-1, *[1] * (latents.ndim - 1)).to(latents)
    return (1 - level) * latents + level * noise


def flow_matching_target(latents: Tensor, noise: Tensor) -> Tensor:
    """Return the velocity d x_sigma / d sigma = noise - latents, shaped like `latents`."""
    return noise - latents
