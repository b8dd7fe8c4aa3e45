"""What one call of the pipeline asks for, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from models.motif.input_image import Picture

Generators = torch.Generator | list[torch.Generator]


@dataclass(frozen=True)
class ClipForm:
    """Size and length of clips.

    Attributes:
        height: in pixels, as is width.
        fps: frames a second the network is told.

    Raises:
        ValueError: there are fewer than 2 frames, or a number is not above 0.
    """

    height: int
    width: int
    num_frames: int
    fps: float

    def __post_init__(self) -> None:
        if self.num_frames < 2:
            raise ValueError(f"num_frames is {self.num_frames}; a clip has at least 2")
        for name, number in (("height", self.height), ("width", self.width), ("fps", self.fps)):
            if number <= 0:
                raise ValueError(f"{name} is {number}; expected above 0")


@dataclass(frozen=True)
class Sampling:
    """How noise becomes a clip; the pipeline's arguments of the same names.

    Raises:
        ValueError: there is no step, no frame is decoded at once, or eta is not in [0, 1].
    """

    num_inference_steps: int
    guidance_scale: float
    eta: float
    generator: Generators | None
    decode_chunk_size: int

    def __post_init__(self) -> None:
        for name, count in (
            ("num_inference_steps", self.num_inference_steps),
            ("decode_chunk_size", self.decode_chunk_size),
        ):
            if count < 1:
                raise ValueError(f"{name} is {count}; expected at least 1")
        if not 0 <= self.eta <= 1:
            raise ValueError(f"eta is {self.eta}; expected 0 to 1")

    @property
    def guided(self) -> bool:
        return self.guidance_scale > 1


@dataclass(frozen=True)
class Conditions:
    """What the network is told about each clip; with guidance first all without their text, then with it.

    Attributes:
        text: (batch, tokens, channels).
        fps: (batch,).
        image_latents: (batch, channels, latent height, latent width), or None for `cx-attn`.
        image_tokens: (batch, tokens, channels), or None for `x-cat`.
    """

    text: Tensor
    fps: Tensor
    image_latents: Tensor | None
    image_tokens: Tensor | None


def as_batch(
    image: Picture | Sequence[Picture], prompt: str | Sequence[str], generator: Generators | None
) -> tuple[list[Picture], list[str]]:
    """Return images and prompts as lists of one length.

    Raises:
        ValueError: their numbers differ, or that of the generators.
    """
    images: list[Picture] = list(image) if isinstance(image, list | tuple) else [cast(Picture, image)]
    prompts = [prompt] if isinstance(prompt, str) else list(prompt)
    if len(images) != len(prompts) or not images:
        raise ValueError(f"{len(images)} images and {len(prompts)} prompts; expected a prompt for each image")
    if isinstance(generator, list) and len(generator) != len(images):
        raise ValueError(f"{len(generator)} generators for {len(images)} clips; expected one for each")
    return images, prompts
