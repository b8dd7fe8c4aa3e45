"""Validates the arguments of a pipeline call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from models.motif.input_image import InputImage

Generators = torch.Generator | list[torch.Generator]


@dataclass(frozen=True)
class ClipShape:
    """Resolution, length and frame rate of the clips to generate.

    Attributes:
        height: height of a frame, in pixels.
        width: width of a frame, in pixels.
        num_frames: number of frames, at least 2.
        fps: frame rate given to the network as conditioning.

    Raises:
        ValueError: there are fewer than 2 frames, or the height, width or frame rate is not positive.
    """

    height: int
    width: int
    num_frames: int
    fps: float

    def __post_init__(self) -> None:
        if self.num_frames < 2:
            raise ValueError(f"num_frames is {self.num_frames}; expected at least 2")
        for name, number in (("height", self.height), ("width", self.width), ("fps", self.fps)):
            if not number > 0:
                raise ValueError(f"{name} is {number}; expected a number above 0")


@dataclass(frozen=True)
class SamplingParameters:
    """The sampling arguments of a pipeline call. The fields have the same names as the arguments of the call.

    Raises:
        ValueError: a count is less than 1, or eta is not in [0, 1].
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
    def uses_guidance(self) -> bool:
        """Whether classifier-free guidance has an effect."""
        return self.guidance_scale > 1


@dataclass(frozen=True)
class ConditioningInputs:
    """Conditioning inputs of the network.

    With classifier-free guidance the batch holds each clip twice: first all clips with the unconditional
    text, then all clips with the prompts.

    Attributes:
        text: (batch, tokens, channels), the text embeddings in the dtype of the network.
        fps: (batch,) float or integer, the frame rate.
        image_latents: (batch, channels, latent height, latent width), or None for `cx-attn`.
        image_tokens: (batch, tokens, channels), or None for `x-cat`.
    """

    text: Tensor
    fps: Tensor
    image_latents: Tensor | None
    image_tokens: Tensor | None


def as_batch_lists(
    image: InputImage | Sequence[InputImage], prompt: str | Sequence[str], generator: Generators | None
) -> tuple[list[InputImage], list[str]]:
    """Return images and prompts as two lists of the same length.

    Raises:
        ValueError: there is no image, or the numbers of images, prompts or generators differ.
    """
    images: list[InputImage] = list(image) if isinstance(image, list | tuple) else [cast(InputImage, image)]
    prompts = [prompt] if isinstance(prompt, str) else list(prompt)
    if len(images) != len(prompts) or not images:
        raise ValueError(f"{len(images)} images and {len(prompts)} prompts; expected one prompt per image")
    if isinstance(generator, list) and len(generator) != len(images):
        raise ValueError(f"{len(generator)} generators for {len(images)} clips; expected one per clip")
    return images, prompts
