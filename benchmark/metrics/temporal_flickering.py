"""Temporal flickering (VBench): how little neighbouring frames differ.

Source: VBench, commit 45e79ec, vbench/temporal_flickering.py. Range [0, 1], higher is better; a static clip
scores 1, so the score says nothing about a clip that should move.
"""

from itertools import pairwise

import numpy as np

from benchmark.metrics.frames import Frames, checked_frames


def temporal_flickering(frames: Frames) -> float:
    """Return (255 - mean absolute difference of neighbouring frames) / 255.

    Args:
        frames: (frames, height, width, 3) uint8 as decoded, at least 2 frames.

    Raises:
        MetricInputError: too few frames, or not uint8 RGB.
    """
    frames = checked_frames(frames, at_least=2)
    # One pair at a time keeps memory flat; VBench averages per pair in float32.
    differences = [
        np.abs(following.astype(np.int16) - previous).mean() for previous, following in pairwise(frames)
    ]
    return float((255.0 - np.mean(differences)) / 255.0)
