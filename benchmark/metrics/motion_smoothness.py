"""Motion smoothness (VBench): how well an interpolation of the even frames predicts the odd ones.

Source: VBench, commit 45e79ec, vbench/motion_smoothness.py, which interpolates with AMT-S. Range [0, 1],
higher is better; a static clip scores 1.
"""

import numpy as np

from benchmark.metrics.frames import Frames, checked_frames
from benchmark.metrics.vectors import MetricInputError


def motion_smoothness(frames: Frames, interpolated: Frames) -> float:
    """Return (255 - mean absolute difference of odd frames and their interpolation) / 255.

    Args:
        frames: (frames, height, width, 3) uint8 as decoded, at least 3.
        interpolated: (pairs of neighbouring even frames, height, width, 3) uint8: the frame predicted between
            frames 0 and 2, between 2 and 4, and so on.

    Raises:
        MetricInputError: too few frames, or the number or size of interpolated frames does not fit.
    """
    frames = checked_frames(frames, at_least=3)
    interpolated = checked_frames(interpolated, at_least=1)
    even = (len(frames) + 1) // 2
    odd = frames[1::2][: even - 1]
    if interpolated.shape != odd.shape:
        raise MetricInputError(
            f"{len(frames)} frames need interpolated frames of shape {odd.shape}, not {interpolated.shape}."
        )
    differences = [
        np.abs(true.astype(np.int16) - made).mean() for true, made in zip(odd, interpolated, strict=True)
    ]
    return float((255.0 - np.mean(differences)) / 255.0)
