"""The form in which the pipeline hands out clips."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from diffusers.utils.outputs import BaseOutput
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

Clips = NDArray[np.float32] | NDArray[np.uint8] | Tensor | list[list[Image.Image]]


class OutputType(StrEnum):
    """The forms there are.

    `np`: (batch, frames, height, width, 3) float32 in [0, 1]; `uint8`: the same in bytes; `pt`: a tensor
    (batch, frames, 3, height, width) in [0, 1]; `pil`: a list of Pillow images for each clip; `latent`:
    undecoded, (batch, channels, frames, latent height, latent width).
    """

    NP = "np"
    UINT8 = "uint8"
    PT = "pt"
    PIL = "pil"
    LATENT = "latent"


@dataclass
class MotifPipelineOutput(BaseOutput):
    """What a call of the pipeline returns: the clips in the form asked for."""

    frames: Clips


def output_type_named(name: str) -> OutputType:
    """Return the form of that name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    if name not in set(OutputType):
        raise ValueError(f"unknown output_type {name!r}; expected one of {', '.join(OutputType)}")
    return OutputType(name)


def formed(pictures: Tensor, output_type: OutputType) -> Clips:
    """Bring decoded clips, (batch, frames, 3, height, width) in [0, 1], into a form."""
    if output_type is OutputType.PT:
        return pictures
    array: NDArray[np.float32] = pictures.permute(0, 1, 3, 4, 2).cpu().numpy()
    if output_type is OutputType.NP:
        return array
    pixels = np.round(array * 255).astype(np.uint8)
    if output_type is OutputType.UINT8:
        return pixels
    return [[Image.fromarray(frame) for frame in clip] for clip in pixels]
