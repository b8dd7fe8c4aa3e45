"""Computes the diffusion loss and its prediction targets: noise, velocity or the clean latents."""

from enum import StrEnum

from torch import Tensor


class PredictionType(StrEnum):
    """The quantity that a network predicts, named as in diffusers."""

    EPSILON = "epsilon"
    V_PREDICTION = "v_prediction"
    SAMPLE = "sample"


def diffusion_loss(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean squared error of each clip in the batch.

        L_diffusion = E || eps - eps_theta(z_t, c, t) ||^2        (arXiv:2412.16153)

    Args:
        predicted: (batch, channels, frames, height, width), any float dtype.
        target: the prediction target (see `prediction_target`), with the shape of `predicted` and any float
            dtype.

    Returns:
        (batch,) float32, at least 0: the mean of the squared errors over all elements of a clip.

    Raises:
        ValueError: `predicted` and `target` differ in shape.
    """
    return squared_errors(predicted, target).mean(dim=(1, 2, 3, 4))


def squared_errors(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the squared error at every latent position, averaged over channels.

    The diffusion loss and the motion focal loss are computed from the returned tensor. The motion focal loss
    therefore needs no second copy of the network's output. Squares are computed in float32: bfloat16 has 8
    significant bits, which is too few for a mean over 10^5 values.

    Args:
        predicted: (batch, channels, frames, height, width), any float dtype.
        target: the prediction target, with the shape of `predicted` and any float dtype.

    Returns:
        (batch, 1, frames, height, width) float32, at least 0.

    Raises:
        ValueError: `predicted` and `target` differ in shape, or are not 5-dimensional.
    """
    if predicted.ndim != 5 or predicted.shape != target.shape:
        raise ValueError(
            "predicted and target must both be (batch, channels, frames, height, width), "
            f"not {tuple(predicted.shape)} and {tuple(target.shape)}"
        )
    return (predicted.float() - target.float()).square().mean(dim=1, keepdim=True)


def prediction_target(
    prediction_type: PredictionType | str,
    latents: Tensor,
    noise: Tensor,
    timesteps: Tensor,
    alphas_cumprod: Tensor,
) -> Tensor:
    """Return the prediction target for the noisy latents z_t = sqrt(a_t) latents + sqrt(1 - a_t) noise.

        epsilon: noise;   sample: latents;   v: sqrt(a_t) noise - sqrt(1 - a_t) latents

    Source of v: T. Salimans, J. Ho (2022), Progressive Distillation for Fast Sampling, appendix D.

    Args:
        prediction_type: a `PredictionType`, or the value of a `PredictionType`.
        latents: (batch, channels, frames, height, width), any float dtype; the clean latents to which the
            scheduler added noise. The latents are already multiplied by the scheduler's latent scale.
        noise: standard Gaussian noise, in the shape and dtype of `latents`.
        timesteps: (batch,) int64, indices into `alphas_cumprod`.
        alphas_cumprod: (steps,) float in [0, 1], the values a_t of the noise schedule.

    Returns:
        (batch, channels, frames, height, width), the dtype of `latents`.

    Raises:
        ValueError: an argument has the wrong shape, or the prediction type is unknown.
    """
    kind = PredictionType(prediction_type)
    if latents.shape != noise.shape or timesteps.shape != latents.shape[:1]:
        raise ValueError(
            "latents and noise must have the same shape, and timesteps one entry per clip, "
            f"not {tuple(latents.shape)}, {tuple(noise.shape)} and {tuple(timesteps.shape)}"
        )
    if kind is PredictionType.EPSILON:
        return noise
    if kind is PredictionType.SAMPLE:
        return latents
    a_t = alphas_cumprod.to(latents.device)[timesteps].reshape(-1, *[1] * (latents.ndim - 1))
    # Compute the square roots before the cast: in bfloat16, a_t = 0.999 would be rounded to 1, and 1 - a_t
    # would be 0.
    return a_t.sqrt().to(noise) * noise - (1 - a_t).sqrt().to(latents) * latents
