"""Validates the arguments of a pipeline call."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import torch
from diffusers.utils.torch_utils import randn_tensor
from torch import Tensor

# The range of frame rates that a video file can have. The training clips have far fewer different rates.
MIN_FPS, MAX_FPS = 0.01, 1000.0

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
        ValueError: there are fewer than 2 frames, or the height, width or frame rate is out of range.
    """

    height: int
    width: int
    num_frames: int
    fps: float

    def __post_init__(self) -> None:
        _check_integer("num_frames", self.num_frames, minimum=2)
        _check_integer("height", self.height, minimum=1)
        _check_integer("width", self.width, minimum=1)
        _check_number("fps", self.fps, MIN_FPS, MAX_FPS)


@dataclass(frozen=True)
class ConditioningInputs:
    """Conditioning inputs of the network, besides the text; one entry per clip.

    Attributes:
        fps: (clips,) float or integer, the frame rate.
        image_latents: (clips, channels, latent height, latent width), or None for `cx-attn`.
        image_tokens: (clips, tokens, channels), or None for `x-cat`.
    """

    fps: Tensor
    image_latents: Tensor | None
    image_tokens: Tensor | None


def check_sampling_arguments(
    *,
    num_inference_steps: int,
    guidance_scale: float,
    guidance_rescale: float,
    eta: float,
    num_videos_per_prompt: int,
    decode_chunk_size: int,
) -> None:
    """Check the sampling arguments of a pipeline call.

    Raises:
        ValueError: an argument has the wrong type or is out of range.
    """
    _check_integer("num_inference_steps", num_inference_steps, minimum=1)
    _check_integer("num_videos_per_prompt", num_videos_per_prompt, minimum=1)
    _check_integer("decode_chunk_size", decode_chunk_size, minimum=1)
    _check_number("guidance_scale", guidance_scale, 0, float("inf"))
    _check_number("guidance_rescale", guidance_rescale, 0, 1)
    _check_number("eta", eta, 0, 1)


def check_batch(images: int, prompts: int) -> None:
    """Check the numbers of images and prompts.

    Raises:
        ValueError: the numbers differ.
    """
    if images != prompts:
        raise ValueError(f"{images} images and {prompts} prompts; expected one prompt per image")


def as_generators(generator: Generators | Sequence[torch.Generator] | None, clips: int) -> Generators | None:
    """Return the random generators of a call: one for all clips, or a list with one per clip.

    Raises:
        ValueError: an element is not a random generator, or the numbers of generators and clips differ.
    """
    if generator is None or isinstance(generator, torch.Generator):
        return generator
    listed: list[Any] = list(generator) if isinstance(generator, list | tuple) else [generator]
    wrong = [type(each).__name__ for each in listed if not isinstance(each, torch.Generator)]
    if wrong:
        raise ValueError(f"generator has a {wrong[0]}; expected torch.Generator")
    if len(listed) != clips:
        raise ValueError(f"{len(listed)} generators for {clips} clips; expected one per clip")
    return listed


def initial_noise(
    latents: object,
    shape: tuple[int, ...],
    *,
    generator: Generators | None,
    device: torch.device,
) -> Tensor:
    """Return the noise from which sampling starts, float32: the caller's latents, or random noise.

    Args:
        latents: standard normal noise of the given shape in any float dtype, or None.
        shape: (clips, channels, frames, latent height, latent width).
        generator: the random generators that draw the noise if `latents` is None.
        device: the device of the result.

    Raises:
        ValueError: the latents are not a tensor of this shape.
    """
    if latents is None:
        noise: Tensor = randn_tensor(shape, generator, device, torch.float32)
        return noise
    if not isinstance(latents, Tensor):
        raise ValueError(f"latents is a {type(latents).__name__}; expected a tensor")
    if tuple(latents.shape) != shape:
        raise ValueError(
            f"latents has shape {tuple(latents.shape)}; expected {shape}: clips, channels, frames, latent "
            "height, latent width"
        )
    return latents.to(device, torch.float32)


def _check_integer(name: str, value: object, *, minimum: int) -> None:
    if not isinstance(value, Integral) or value < minimum:
        raise ValueError(f"{name} is {value!r}; expected an integer of at least {minimum}")


def _check_number(name: str, value: object, low: float, high: float) -> None:
    if not (isinstance(value, int | float) and low <= value <= high):  # also true for NaN
        raise ValueError(f"{name} is {value!r}; expected a number from {low:g} to {high:g}")
