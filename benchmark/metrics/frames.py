"""Defines and checks the array type of frames in all pixel metrics."""

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.vectors import MetricInputError

Frames = NDArray[np.uint8]
Luma = NDArray[np.float64]
# ITU-R BT.601.
_WEIGHTS = np.array([0.299, 0.587, 0.114])


def checked_frames(frames: NDArray[np.uint8], *, at_least: int) -> Frames:
    """Check the shape, the dtype and the number of frames of an array; return the array.

    Args:
        frames: (frames, height, width, 3) uint8 RGB.
        at_least: the smallest number of frames from which the metric can be computed.

    Raises:
        MetricInputError: the array does not have the expected shape and dtype, or has too few frames.
    """
    frames = np.asarray(frames)
    if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8:
        raise MetricInputError(
            f"Frames must be (frames, height, width, 3) uint8 RGB, not {frames.shape} {frames.dtype}."
        )
    if len(frames) < at_least:
        raise MetricInputError(
            f"The metric needs at least {at_least} frames, not {len(frames)}. Use a longer clip."
        )
    return frames


def luma(frames: Frames) -> Luma:
    """Return the brightness of every pixel (BT.601), (..., height, width) float64 in [0, 255]."""
    return np.asarray(np.asarray(frames, dtype=np.float64) @ _WEIGHTS)
