"""Trains the autoencoder and the image encoder of the sprite networks, once for all settings and seeds.

The autoencoder is diffusers' `AutoencoderKL`, which reduces height and width by a factor of 4. The image
encoder is a CLIP vision model; it is trained to classify, for every patch, the colour and the shape of the
object in the patch.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from torch.nn import functional
from transformers import CLIPVisionConfig, CLIPVisionModel
from transformers.models.clip import CLIPImageProcessorPil

from benchmark.scenes.sprites import COLOURS, SHAPES, SpriteClip, SpriteSettings, training_clip
from models.motif.torch_threads import cpu_threads
from models.training.networks import frames_to_tensor

_SETTINGS = SpriteSettings()
# The runs use smaller data seeds, so that no diffusion network is trained on the clips on which the encoders
# were trained.
_DATA_SEED = 2**31
_CHANNELS, _LATENT_CHANNELS = (16, 32, 32), 8
_PATCH, _HIDDEN = 4, 64


@dataclass(frozen=True)
class EncoderTraining:
    """The settings with which an encoder is trained.

    Attributes:
        steps: number of optimiser steps.
        clips: number of clips whose frames are the training images.
        batch: images per step.
        learning_rate: maximum learning rate. After a warm-up, the learning rate decreases to 0 along a
            cosine.
    """

    steps: int
    clips: int = 1000
    batch: int = 16
    learning_rate: float = 2e-3


AUTOENCODER_TRAINING = EncoderTraining(steps=2500, learning_rate=3e-3)
IMAGE_ENCODER_TRAINING = EncoderTraining(steps=700)


def write_encoders(folder: Path) -> None:
    """Train both encoders that models/checkpoints contains, and write the encoders to two subfolders."""
    with cpu_threads(1):
        train_autoencoder(AUTOENCODER_TRAINING).save_pretrained(folder / "sprite-autoencoder")
        train_image_encoder(IMAGE_ENCODER_TRAINING).save_pretrained(folder / "sprite-image-encoder")
    side = _SETTINGS.side
    processor = CLIPImageProcessorPil(
        size={"shortest_edge": side},
        crop_size={"height": side, "width": side},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    processor.save_pretrained(folder / "sprite-image-encoder")


def train_autoencoder(training: EncoderTraining) -> AutoencoderKL:
    """Return an autoencoder; its `scaling_factor` gives the latents a standard deviation of 1."""
    torch.manual_seed(0)
    levels = len(_CHANNELS)
    autoencoder: AutoencoderKL = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=_CHANNELS,
        layers_per_block=1,
        latent_channels=_LATENT_CHANNELS,
        norm_num_groups=8,
        sample_size=_SETTINGS.side,
        mid_block_add_attention=False,
    )
    images = frames_to_tensor(np.concatenate([clip.frames[::3] for clip in _clips(training.clips)]))
    for chosen in _steps(autoencoder, training, len(images)):
        image = images[chosen]
        latents = autoencoder.encode(image).latent_dist.mode()
        # Add noise to the latents, so that the decoder becomes robust against small errors of the diffusion
        # network.
        decoded = autoencoder.decode(latents + 0.05 * torch.randn_like(latents)).sample
        error = functional.mse_loss(decoded, image) + 0.2 * functional.l1_loss(decoded, image)
        (error + 1e-3 * (latents.square().mean() - 1).square()).backward()
    with torch.no_grad():
        latents = autoencoder.encode(images[:512]).latent_dist.mode()
    autoencoder.register_to_config(  # type: ignore[no-untyped-call]  # diffusers'
        scaling_factor=float(1 / latents.std())
    )
    autoencoder.eval().requires_grad_(False)
    return autoencoder


def train_image_encoder(training: EncoderTraining) -> CLIPVisionModel:
    """Return an image encoder with 65 tokens of 64 channels for an image of 32x32."""
    torch.manual_seed(0)
    encoder = CLIPVisionModel(
        CLIPVisionConfig(
            hidden_size=_HIDDEN,
            intermediate_size=2 * _HIDDEN,
            num_hidden_layers=2,
            num_attention_heads=4,
            image_size=_SETTINGS.side,
            patch_size=_PATCH,
        )
    )
    head = torch.nn.Linear(_HIDDEN, len(COLOURS) + len(SHAPES) + 2 + 3)
    clips = list(_clips(training.clips))
    images = frames_to_tensor(np.stack([clip.frames[0] for clip in clips]))
    targets = torch.from_numpy(np.stack([_patch_labels(clip) for clip in clips]))
    colours = functional.avg_pool2d(images, _PATCH).flatten(2).transpose(1, 2)
    for chosen in _steps(torch.nn.ModuleList([encoder, head]), training, len(images)):
        predicted = head(encoder(images[chosen]).last_hidden_state[:, 1:])
        colour, shape, mean = predicted.split([len(COLOURS) + 1, len(SHAPES) + 1, 3], dim=-1)
        wanted = targets[chosen]
        loss = functional.cross_entropy(colour.flatten(0, 1), wanted[..., 0].flatten())
        loss = loss + functional.cross_entropy(shape.flatten(0, 1), wanted[..., 1].flatten())
        total: Tensor = loss + functional.mse_loss(mean, colours[chosen])
        total.backward()  # type: ignore[no-untyped-call]  # torch's
    return encoder.eval().requires_grad_(False)


def _clips(count: int) -> Iterator[SpriteClip]:
    return (training_clip(_DATA_SEED, number, _SETTINGS) for number in range(count))


def _steps(network: torch.nn.Module, training: EncoderTraining, images: int) -> Iterator[Tensor]:
    """Yield the indices of each step's images; update the weights after the caller's backward pass."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=training.learning_rate, weight_decay=0)
    generator = torch.Generator().manual_seed(0)
    for step in range(training.steps):
        warm = min(1.0, (step + 1) / 50)
        rate = training.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / training.steps))
        for group in optimiser.param_groups:
            group["lr"] = rate
        yield torch.randint(images, (training.batch,), generator=generator)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)


def _patch_labels(clip: SpriteClip) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Return the colour and shape index of the first frame's patches, (patches, 2); 0 means no object."""
    side = _SETTINGS.side // _PATCH
    labels = np.zeros((side * side, 2), np.int64)
    for mask, name in zip(clip.masks[:, 0], clip.names, strict=True):
        colour, shape = name.split()
        share = mask.reshape(side, _PATCH, side, _PATCH).mean(axis=(1, 3)).ravel()
        labels[share >= 0.25] = 1 + list(COLOURS).index(colour), 1 + SHAPES.index(shape)
    return labels
