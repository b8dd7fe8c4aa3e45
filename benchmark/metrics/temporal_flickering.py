"""Computes temporal flickering (VBench): the similarity of neighbouring frames.

Source: VBench, commit 45e79ec, vbench/temporal_flickering.py. The score is in [0, 1]; higher scores are
better. A static clip has the best score, 1, so a high score does not show that a clip is good.
"""

from itertools import pairwise

import numpy as np

from benchmark.metrics.frames import Frames, checked_frames


def temporal_flickering(frames: Frames) -> float:
    """Return (255 - mean absolute difference of neighbouring frames) / 255.

    Args:
        frames: (frames, height, width, 3) uint8, the decoded frames; at least 2 frames.

    Raises:
        MetricInputError: there are too few frames, or the frames are not uint8 RGB.
    """
    frames = checked_frames(frames, at_least=2)
    # Process one pair of frames at a time to limit memory. VBench averages each pair in float32, not float64.
    differences = [
        np.abs(following.astype(np.int16) - previous).mean() for previous, following in pairwise(frames)
    ]
    return float((255.0 - np.mean(differences)) / 255.0)
