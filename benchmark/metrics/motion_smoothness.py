"""Computes motion smoothness (VBench): compares odd frames with frames interpolated from the even frames.

Source: VBench, commit 45e79ec, vbench/motion_smoothness.py, which interpolates with AMT-S. The score is in
[0, 1]; higher scores are better, and a static clip scores 1.
"""

import numpy as np

from benchmark.metrics.frames import Frames, checked_frames
from benchmark.metrics.vectors import MetricInputError


def motion_smoothness(frames: Frames, interpolated: Frames) -> float:
    """Return (255 - mean absolute difference between the odd frames and the interpolated frames) / 255.

    Args:
        frames: (frames, height, width, 3) uint8, the decoded frames; at least 3 frames.
        interpolated: (interpolated frames, height, width, 3) uint8: one frame interpolated between frames 0
            and 2, one between frames 2 and 4, and so on.

    Raises:
        MetricInputError: there are too few frames, or the number or size of `interpolated` is wrong.
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
