"""Converts the output of a diffusers pipeline to frames in uint8."""

import numpy as np
import torch
from numpy.typing import NDArray

from models.generators.base import Crashed, Frames


def output_frames(output: object) -> object:
    """Return the frames of a pipeline's output, with a batch dimension.

    Most pipelines return a batch in the attribute `frames`. Modular pipelines return their state with a batch
    in the attribute `videos`. Cosmos3 returns one clip in the attribute `video`.

    Raises:
        Crashed: the output has no attribute that holds frames.
    """
    if hasattr(output, "videos"):
        return output.videos
    if hasattr(output, "frames"):
        return output.frames
    if hasattr(output, "video"):
        return np.asarray(output.video)[None]
    raise Crashed(f"The pipeline returned {type(output).__name__}, which has no attribute frames or video.")


def to_uint8_clips(frames: object) -> list[Frames]:
    """Convert the output of a pipeline to uint8.

    Args:
        frames: (batch, frames, height, width, 3), float in [0, 1] or uint8; an array, a tensor or a list.

    Returns:
        One array (frames, height, width, 3) uint8 RGB per clip. Floats are clipped to [0, 1] and rounded.

    Raises:
        Crashed: a value is NaN or infinite.
    """
    array: NDArray[np.generic] = (
        frames.float().cpu().numpy() if isinstance(frames, torch.Tensor) else np.asarray(frames)
    )
    if array.dtype == np.uint8:
        return list(np.asarray(array, dtype=np.uint8))
    values = array.astype(np.float32)
    if not np.isfinite(values).all():
        raise Crashed("The network returned NaN or infinity; try --dtype float32.")
    return list((values.clip(0, 1) * 255).round().astype(np.uint8))
