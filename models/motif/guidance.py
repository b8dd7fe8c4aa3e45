"""Applies classifier-free guidance: one forward pass gives the conditional and unconditional predictions.

Source: J. Ho, T. Salimans (2022), Classifier-Free Diffusion Guidance, arXiv:2207.12598.
"""

import torch
from torch import Tensor

from models.motif.pipeline_inputs import ConditioningInputs
from models.motif.unet import MotifUNet


def guided_prediction(
    unet: MotifUNet, latents: Tensor, timestep: int, conditions: ConditioningInputs, guidance_scale: float
) -> Tensor:
    """Return the guided prediction, unconditional + guidance_scale * (conditional - unconditional).

    Without guidance (a scale of 1 or less), return the conditional prediction.

    Args:
        unet: the denoising network.
        latents: (clips, channels, frames, height, width) float32.
        timestep: the timestep, which is the same for all clips.
        conditions: conditioning inputs. Without guidance, the batch has one conditional entry per clip. With
            guidance, the unconditional entries of all clips are followed by the conditional entries of all
            clips.
        guidance_scale: strength of the guidance.

    Returns:
        The prediction, shaped like `latents`, float32.
    """
    batch = len(conditions.fps)
    predicted: Tensor = unet(
        latents.repeat(batch // len(latents), 1, 1, 1, 1).to(unet.dtype),
        torch.full((batch,), timestep, device=latents.device),
        conditions.text,
        conditions.fps,
        conditions.image_latents,
        conditions.image_tokens,
    ).float()
    if batch == len(latents):
        return predicted
    unconditional, conditional = predicted.chunk(2)
    return unconditional + guidance_scale * (conditional - unconditional)
