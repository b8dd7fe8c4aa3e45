"""The diffusion loss and what it compares with: noise, velocity or the latents themselves."""

from enum import StrEnum

from torch import Tensor


class PredictionType(StrEnum):
    """What a network predicts; diffusers' names."""

    EPSILON = "epsilon"
    V_PREDICTION = "v_prediction"
    SAMPLE = "sample"


def diffusion_loss(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean squared error of each clip in the batch.

        L_diffusion = E || eps - eps_theta(z_t, c, t) ||^2        (arXiv:2412.16153)

    Args:
        predicted: (batch, channels, frames, height, width), any float dtype.
        target: the same shape; what the network should have predicted.

    Returns:
        (batch,) float32, mean over all elements of a clip, not averaged over the batch.

    Raises:
        ValueError: a shape differs.
    """
    return place_errors(predicted, target).mean(dim=(1, 2, 3, 4))


def place_errors(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the squared error of every place, mean over channels: (batch, 1, frames, height, width) float32.

    Both losses weigh this one tensor, so the second costs no copy of the network's output. Squares are taken
    in float32: bfloat16 has 8 bits, and a mean over 10^5 of its squares would lose them.
    """
    if predicted.ndim != 5 or predicted.shape != target.shape:
        raise ValueError(
            "predicted and target are both (batch, channels, frames, height, width), "
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
    """Return what the network should predict for z_t = sqrt(a_t) latents + sqrt(1 - a_t) noise.

        epsilon: noise;   sample: latents;   v: sqrt(a_t) noise - sqrt(1 - a_t) latents

    Source of v: T. Salimans, J. Ho (2022), Progressive Distillation for Fast Sampling, appendix D.

    Args:
        latents: (batch, channels, frames, height, width); as the scheduler noised them, scale included.
        noise: the same shape.
        timesteps: (batch,) int64, places in `alphas_cumprod`.
        alphas_cumprod: (steps,) a_t of the schedule.

    Raises:
        ValueError: a shape differs, or the prediction type is unknown.
    """
    kind = PredictionType(prediction_type)
    if latents.shape != noise.shape or timesteps.shape != latents.shape[:1]:
        raise ValueError(
            "latents and noise share one shape and timesteps are one a clip, "
            f"not {tuple(latents.shape)}, {tuple(noise.shape)} and {tuple(timesteps.shape)}"
        )
    if kind is PredictionType.EPSILON:
        return noise
    if kind is PredictionType.SAMPLE:
        return latents
    a_t = alphas_cumprod.to(latents.device)[timesteps].reshape(-1, *[1] * (latents.ndim - 1))
    # The roots come first: in bfloat16 an a_t of 0.999 is 1, and 1 - a_t nothing.
    return a_t.sqrt().to(noise) * noise - (1 - a_t).sqrt().to(latents) * latents
