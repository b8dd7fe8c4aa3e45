"""Pictures to latents and back, prompts to hidden states: what the pipeline and the training share."""

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
    """What is used of diffusers' `AutoencoderKL`."""

    @property
    def dtype(self) -> torch.dtype: ...

    @property
    def device(self) -> torch.device: ...

    @property
    def config(self) -> "ScalingConfig": ...

    def encode(self, x: Tensor) -> AutoencoderKLOutput: ...

    def decode(self, z: Tensor) -> DecoderOutput: ...


class ScalingConfig(Protocol):
    """What is used of an autoencoder's config."""

    scaling_factor: float


class NotFinite(ArithmeticError):
    """Numbers became NaN or infinite."""


def check_finite(name: str, numbers: Tensor) -> None:
    """Refuse NaN and infinity.

    Raises:
        NotFinite: some number is not finite; the message names the tensor and says how many.
    """
    broken = numbers.numel() - int(torch.isfinite(numbers).sum())
    if broken:
        raise NotFinite(f"{name}: {broken} of {numbers.numel()} numbers are NaN or infinite; expected none")


@torch.no_grad()
def encode_frames(vae: Autoencoder, frames: Tensor, *, chunk: int = 8) -> Tensor:
    """Return the scaled latents of pictures: the mean of what the autoencoder gives, not a draw [open].

    Args:
        frames: (frames, 3, height, width), values in [-1, 1].
        chunk: pictures encoded at once; more take more memory.

    Returns:
        (frames, channels, latent height, latent width) float32.

    Raises:
        NotFinite: a latent is NaN or infinite.
    """
    parts = [
        vae.encode(part.to(vae.device, vae.dtype)).latent_dist.mode().float()
        for part in torch.split(frames, chunk)
    ]
    latents = torch.cat(parts) * vae.config.scaling_factor
    check_finite("latents of the autoencoder", latents)
    return latents


@torch.no_grad()
def decode_latents(vae: Autoencoder, latents: Tensor, *, chunk: int = 8) -> Tensor:
    """Return the pictures of scaled latents.

    Args:
        latents: (batch, channels, frames, latent height, latent width).
        chunk: frames decoded at once; more take more memory.

    Returns:
        (batch, frames, 3, height, width) float32, values in [0, 1].
    """
    frames = latents.transpose(1, 2).flatten(0, 1) / vae.config.scaling_factor
    pictures = torch.cat(
        [vae.decode(part.to(vae.device, vae.dtype)).sample.float() for part in torch.split(frames, chunk)]
    )
    return (pictures / 2 + 0.5).clamp(0, 1).view(len(latents), -1, *pictures.shape[1:])


@torch.no_grad()
def encode_text(
    tokenizer: PreTrainedTokenizerBase,
    text_encoder: CLIPTextModel,
    prompts: Sequence[str],
    *,
    skip_layers: int = 0,
) -> Tensor:
    """Return hidden states of prompts; what is longer than the encoder allows is cut off.

    Args:
        skip_layers: layers left out at the end. VideoCrafter2 leaves out OpenCLIP ViT-H's last: 1 for the
            whole encoder, 0 for one stored without it, as those of Stable Diffusion 2 and ModelScope are.

    Returns:
        (prompts, tokens, channels).
    """
    tokens = tokenizer(
        list(prompts),
        padding="max_length",
        truncation=True,
        max_length=text_encoder.config.max_position_embeddings,
        return_tensors="pt",
    )
    output = text_encoder(tokens.input_ids.to(text_encoder.device), output_hidden_states=skip_layers > 0)
    if not skip_layers:
        states: Tensor = output.last_hidden_state
        return states
    normed: Tensor = text_encoder.final_layer_norm(output.hidden_states[-1 - skip_layers])
    return normed


@torch.no_grad()
def encode_image_tokens(
    image_processor: BaseImageProcessor, image_encoder: CLIPVisionModel, pictures: Tensor
) -> Tensor:
    """Return the tokens of pictures for `cx-attn`: the vision encoder's last hidden states [open].

    Args:
        pictures: (batch, 3, height, width), values in [-1, 1].

    Returns:
        (batch, tokens, channels).
    """
    pixels = ((pictures + 1) * 127.5).round().to(torch.uint8).cpu()
    prepared = image_processor(images=list(pixels.numpy()), return_tensors="pt").pixel_values
    tokens: Tensor = image_encoder(prepared.to(image_encoder.device, image_encoder.dtype)).last_hidden_state
    return tokens
