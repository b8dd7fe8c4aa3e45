"""Computes the temporal consistency of subject or background (VBench).

Source: VBench, commit 45e79ec, vbench/subject_consistency.py and background_consistency.py. The score is in
[0, 1]; higher scores are better, and a static clip scores 1. On one device, VBench averages over the frames
of all clips; on several devices, VBench averages over clips. TI2V Bench always averages over clips.
"""

import numpy as np
from numpy.typing import ArrayLike

from benchmark.metrics.vectors import cosines, feature_rows


def temporal_consistency(frames: ArrayLike) -> float:
    """Return the mean over frames of (cosine with the previous frame + cosine with the first frame) / 2.

    The mean is over all frames except the first frame. Negative cosines count as 0.

    Args:
        frames: (frames, dimensions) features of the frames in order; at least 2 frames.

    Raises:
        MetricInputError: there are fewer than 2 frames, or a feature is not finite.
    """
    rows = feature_rows(frames, name="frames", at_least=2)
    to_previous = np.maximum(cosines(rows[1:], rows[:-1]), 0)
    to_first = np.maximum(cosines(rows[1:], rows[:1]), 0)
    return float(((to_previous + to_first) / 2).mean())
