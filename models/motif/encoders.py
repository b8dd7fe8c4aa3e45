"""Encodes images and prompts, and decodes latents, for the pipeline and for training."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from diffusers.models.autoencoders.vae import DecoderOutput
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from torch import Tensor
from transformers import CLIPTextModel, CLIPVisionModel, PreTrainedTokenizerBase
from transformers.image_processing_utils import BaseImageProcessor


@runtime_checkable
class Autoencoder(Protocol):
    """The methods of diffusers' `AutoencoderKL` that this module uses."""

    @property
    def dtype(self) -> torch.dtype: ...

    @property
    def device(self) -> torch.device: ...

    @property
    def config(self) -> "ScalingConfig": ...

    def encode(self, x: Tensor) -> AutoencoderKLOutput: ...

    def decode(self, z: Tensor) -> DecoderOutput: ...


class ScalingConfig(Protocol):
    """The settings that this module reads from an autoencoder's config."""

    scaling_factor: float


class NotFinite(ArithmeticError):
    """A tensor contains NaN or infinity."""


def check_finite(name: str, numbers: Tensor) -> None:
    """Check that a tensor of any shape is finite.

    Raises:
        NotFinite: some values are NaN or infinite; the message names the tensor and the number of such
            values.
    """
    broken = numbers.numel() - int(torch.isfinite(numbers).sum())
    if broken:
        raise NotFinite(f"{name}: {broken} of {numbers.numel()} values are NaN or infinite; expected none")


@torch.no_grad()
def encode_frames(
    vae: Autoencoder, frames: Tensor, *, chunk: int = 8, device: torch.device | None = None
) -> Tensor:
    """Encode frames to scaled latents.

    The latents are the mode of the autoencoder's distribution. The paper does not state whether its latents
    are the mode or are sampled.

    Args:
        vae: the autoencoder.
        frames: (frames, 3, height, width), any float dtype, in [-1, 1].
        chunk: frames per forward pass; larger values need more memory.
        device: device of the forward pass. The default is the autoencoder's device; set `device` if CPU
            offload moves the autoencoder.

    Returns:
        (frames, channels, latent height, latent width) float32.

    Raises:
        NotFinite: a latent is NaN or infinite.
    """
    parts = [
        vae.encode(part.to(device or vae.device, vae.dtype)).latent_dist.mode().float()
        for part in torch.split(frames, chunk)
    ]
    latents = torch.cat(parts) * vae.config.scaling_factor
    check_finite("latents of the autoencoder", latents)
    return latents


@torch.no_grad()
def decode_latents(vae: Autoencoder, latents: Tensor, *, chunk: int = 8) -> Tensor:
    """Decode scaled latents to frames.

    Args:
        vae: the autoencoder.
        latents: (batch, channels, frames, latent height, latent width), any float dtype, on the device
            of the forward pass.
        chunk: frames per forward pass; larger values need more memory.

    Returns:
        (batch, frames, 3, height, width) float32 in [0, 1].
    """
    scaled = latents.transpose(1, 2).flatten(0, 1) / vae.config.scaling_factor
    frames = torch.cat([vae.decode(part.to(vae.dtype)).sample.float() for part in torch.split(scaled, chunk)])
    return (frames / 2 + 0.5).clamp(0, 1).view(len(latents), -1, *frames.shape[1:])


@torch.no_grad()
def encode_text(
    tokenizer: PreTrainedTokenizerBase,
    text_encoder: CLIPTextModel,
    prompts: Sequence[str],
    *,
    skip_layers: int = 0,
    device: torch.device | None = None,
) -> Tensor:
    """Encode prompts to hidden states. A prompt that exceeds the encoder's maximum length is truncated.

    Args:
        tokenizer: the encoder's tokenizer.
        text_encoder: a CLIP text encoder.
        prompts: the texts to encode.
        skip_layers: number of final layers to skip. VideoCrafter2 uses the penultimate layer of OpenCLIP
            ViT-H. For the complete encoder, set `skip_layers` to 1. For an encoder that was saved without
            its last layer, as in Stable Diffusion 2 and ModelScope, set `skip_layers` to 0.
        device: see `encode_frames`.

    Returns:
        (prompts, tokens, channels), in the encoder's dtype.
    """
    tokens = tokenizer(
        list(prompts),
        padding="max_length",
        truncation=True,
        max_length=text_encoder.config.max_position_embeddings,
        return_tensors="pt",
    )
    output = text_encoder(
        tokens.input_ids.to(device or text_encoder.device), output_hidden_states=skip_layers > 0
    )
    if not skip_layers:
        states: Tensor = output.last_hidden_state
        return states
    normed: Tensor = text_encoder.final_layer_norm(output.hidden_states[-1 - skip_layers])
    return normed


@torch.no_grad()
def encode_image_tokens(
    image_processor: BaseImageProcessor,
    image_encoder: CLIPVisionModel,
    images: Tensor,
    *,
    device: torch.device | None = None,
) -> Tensor:
    """Encode images to tokens for `cx-attn`: the last hidden states of the vision encoder.

    The paper does not state which tokens it uses.

    Args:
        image_processor: the encoder's image processor.
        image_encoder: a CLIP vision model.
        images: (batch, 3, height, width) float in [-1, 1].
        device: see `encode_frames`.

    Returns:
        (batch, tokens, channels), in the encoder's dtype.
    """
    pixels = ((images + 1) * 127.5).round().to(torch.uint8).cpu()
    inputs = image_processor(images=list(pixels.numpy()), return_tensors="pt").pixel_values
    inputs = inputs.to(device or image_encoder.device, image_encoder.dtype)
    tokens: Tensor = image_encoder(inputs).last_hidden_state
    return tokens
