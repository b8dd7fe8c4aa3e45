"""Defines the output types of the pipeline, and converts decoded frames to an output type."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from diffusers.utils.outputs import BaseOutput
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

Clips = NDArray[np.float32] | NDArray[np.uint8] | Tensor | list[list[Image.Image]]


class OutputType(StrEnum):
    """Format of the frames that the pipeline returns.

    - `np`: array (batch, frames, height, width, 3) float32 in [0, 1]
    - `uint8`: array (batch, frames, height, width, 3) uint8
    - `pt`: tensor (batch, frames, 3, height, width) float32 in [0, 1]
    - `pil`: a list of Pillow images for each clip
    - `latent`: undecoded latents (batch, channels, frames, latent height, latent width) float32
    """

    NP = "np"
    UINT8 = "uint8"
    PT = "pt"
    PIL = "pil"
    LATENT = "latent"


@dataclass
class MotifPipelineOutput(BaseOutput):
    """Result of a pipeline call: the clips in the requested output type."""

    frames: Clips


def parse_output_type(name: object) -> OutputType:
    """Return the output type with this name.

    Raises:
        ValueError: the name is unknown; the message lists all names.
    """
    if not isinstance(name, str) or name not in set(OutputType):
        raise ValueError(f"unknown output_type {name!r}; expected one of {', '.join(OutputType)}")
    return OutputType(name)


def convert_frames(frames: Tensor, output_type: OutputType) -> Clips:
    """Convert decoded frames to an output type other than `latent`.

    Args:
        frames: (batch, frames, 3, height, width) float32 in [0, 1].
        output_type: the requested type.
    """
    if output_type is OutputType.PT:
        return frames
    array: NDArray[np.float32] = frames.permute(0, 1, 3, 4, 2).cpu().numpy()
    if output_type is OutputType.NP:
        return array
    pixels = np.round(array * 255).astype(np.uint8)
    if output_type is OutputType.UINT8:
        return pixels
    return [[Image.fromarray(frame) for frame in clip] for clip in pixels]
