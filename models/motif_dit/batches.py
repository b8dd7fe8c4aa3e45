"""Builds batches for the transformer, runs it, and computes the losses.

The first latent frame is the input image. The first latent frame stays free of noise, its timestep is 0, and
the losses exclude this frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers.models.transformers.transformer_wan import WanTransformer3DModel
from torch import Tensor

from models.losses import MotifLoss, flow_matching_latents, flow_matching_target, motif_loss
from models.motif_dit.config import TIMESTEPS
from models.motif_dit.encoded_clips import DitClip
from models.training.sampling import gaussian_noise


@dataclass(frozen=True, eq=False)
class DitBatch:
    """Network inputs, targets and heatmaps of a batch.

    Attributes:
        noisy: (batch, channels, latent frames, height, width) float32; the first latent frame is the image.
        target: the velocity, with the shape of `noisy`.
        sigmas: (batch,) float32, the noise level of each clip.
        text: (batch, tokens, channels) float32.
        heatmap: (batch, 1, latent frames, height, width) float32 in [0, 1].
    """

    noisy: Tensor
    target: Tensor
    sigmas: Tensor
    text: Tensor
    heatmap: Tensor


def build_dit_batch(
    clips: Sequence[DitClip], texts: Sequence[Tensor], sigmas: Tensor, noise_seeds: Sequence[int]
) -> DitBatch:
    """Return the batch of noisy clips. Texts, noise levels and noise seeds have one entry per clip."""
    latents = torch.stack([clip.latents for clip in clips])
    noise = torch.stack([gaussian_noise(seed, latents.shape[1:]) for seed in noise_seeds])
    noisy = flow_matching_latents(latents, noise, sigmas)
    noisy[:, :, 0] = latents[:, :, 0]
    return DitBatch(
        noisy,
        flow_matching_target(latents, noise),
        sigmas,
        torch.stack(list(texts)),
        torch.stack([clip.heatmap for clip in clips]),
    )


def predict_velocity(transformer: WanTransformer3DModel, batch: DitBatch) -> Tensor:
    """Run the transformer on a batch and return the velocity, shaped like `batch.target`.

    Every token has its own timestep: 0 for tokens of the first latent frame, 1000 * sigma for other tokens.
    """
    count, _, frames, height, width = batch.noisy.shape
    _, patch_height, patch_width = transformer.config["patch_size"]
    timesteps = (TIMESTEPS * batch.sigmas).view(-1, 1, 1).repeat(1, frames, 1)
    timesteps[:, 0] = 0
    tokens = (height // patch_height) * (width // patch_width)
    device, dtype = transformer.device, transformer.dtype
    (predicted,) = transformer(
        hidden_states=batch.noisy.to(device, dtype),
        timestep=timesteps.expand(-1, -1, tokens).reshape(count, -1).to(device),
        encoder_hidden_states=batch.text.to(device, dtype),
        return_dict=False,
    )
    return torch.as_tensor(predicted)


def dit_loss(predicted: Tensor, batch: DitBatch, weight: float) -> MotifLoss:
    """Return the losses of each clip; the first latent frame (the input image) is excluded.

        L = E || v - v_theta ||^2 + weight * E || m' (v - v_theta) ||^2,   v = noise - latents

    Args:
        predicted: the predicted velocity, with the shape of `batch.target`.
        batch: the batch.
        weight: lambda of the motion focal loss; 0 gives the flow-matching loss only.
    """
    device = predicted.device
    target, heatmap = batch.target[:, :, 1:].to(device), batch.heatmap[:, :, 1:].to(device)
    return motif_loss(predicted[:, :, 1:], target, heatmap, weight)
