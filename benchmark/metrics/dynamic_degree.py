"""Computes the dynamic degree (VBench): whether a clip contains any motion.

Source: VBench, commit 45e79ec, vbench/dynamic_degree.py, with RAFT-things and 20 iterations. The score of a
clip is 1 if the clip moves, else 0; the mean over clips is the share of moving clips. Deviation from VBench:
for n = 1 or 2 sampled frames, round(4 n / 16) is 0, so VBench counts a static clip as moving. The function
`dynamic_degree` refuses clips with fewer than 3 sampled frames.
"""

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.vectors import MetricInputError

SAMPLED_FPS = 8
_TOP_SHARE = 0.05
_PIXELS_AT_256 = 6.0
_PAIRS_OF_16 = 4
MIN_FRAMES = 3


def sampling_stride(fps: float) -> int:
    """Return the stride that samples about 8 frames per second; `fps` must be positive."""
    if not fps > 0:
        raise MetricInputError(f"The frame rate must be positive, not {fps}.")
    return max(1, round(fps / SAMPLED_FPS))


def pair_motion(flow: NDArray[np.floating]) -> float:
    """Return the mean of the largest 5 % of all displacements, in pixels.

    Args:
        flow: (height, width, 2) optical flow from one sampled frame to the next.

    Raises:
        MetricInputError: the flow is not finite or has fewer than 20 pixels.
    """
    magnitudes = np.hypot(flow[..., 0], flow[..., 1]).ravel()
    if not np.isfinite(magnitudes).all():
        raise MetricInputError("The optical flow contains NaN or infinity.")
    count = int(magnitudes.size * _TOP_SHARE)
    if count == 0:
        raise MetricInputError("The frames have fewer than 20 pixels.")
    return float(np.partition(magnitudes, -count)[-count:].mean())


def dynamic_degree(pair_motions: list[float], *, height: int, width: int) -> float:
    """Return 1.0 if enough pairs of neighbouring sampled frames have a motion above the limit, else 0.0.

    For n sampled frames, at least round(4 n / 16) pairs of neighbouring frames must have a motion of more
    than 6 min(height, width) / 256 pixels.

    Args:
        pair_motions: the result of `pair_motion` for each pair of neighbouring sampled frames.
        height: height of the frames in pixels.
        width: width of the frames in pixels.

    Raises:
        MetricInputError: fewer than 3 frames were sampled.
    """
    frames = len(pair_motions) + 1
    if frames < MIN_FRAMES:
        raise MetricInputError(
            f"Dynamic degree needs at least {MIN_FRAMES} sampled frames, not {frames}: take a longer clip."
        )
    threshold = _PIXELS_AT_256 * min(height, width) / 256.0
    needed = round(_PAIRS_OF_16 * frames / 16.0)
    return float(sum(motion > threshold for motion in pair_motions) >= needed)
