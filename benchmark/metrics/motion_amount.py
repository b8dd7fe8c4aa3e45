"""Computes the amount of motion from optical flow: the mean displacement, and the share of moving pixels.

TI2V Bench defines this metric. The metric needs no weights. High values are not better than low values: a
still image has the value 0, and a camera pan moves every pixel.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.vectors import MetricInputError

Flow = NDArray[np.floating]
# A pixel moves if its displacement per frame is more than this share of the shorter side.
MOVING_SHARE = 0.002


@dataclass(frozen=True)
class MotionAmount:
    """The amount of motion of one clip.

    Attributes:
        mean_flow: mean displacement in percent of the shorter side per second, at least 0.
        moving_pixels: share of the pixels that move, in [0, 1], averaged over frames.
    """

    mean_flow: float
    moving_pixels: float


def motion_amount(flow: Flow, *, fps: float) -> MotionAmount:
    """Return the amount of motion of a clip.

    Args:
        flow: (frames - 1, height, width, 2) displacement to the next frame in pixels.
        fps: frames per second, positive.

    Raises:
        MetricInputError: the flow is empty or not finite, or the frame rate is not positive.
    """
    magnitudes = flow_magnitudes(flow)
    if not 0 < fps < np.inf:
        raise MetricInputError(f"The frame rate must be positive, not {fps}.")
    side = min(flow.shape[1:3])
    return MotionAmount(
        mean_flow=float(100 * magnitudes.mean() / side * fps),
        moving_pixels=float((magnitudes > MOVING_SHARE * side).mean()),
    )


def flow_magnitudes(flow: Flow) -> NDArray[np.float64]:
    """Return the length of every displacement, (frames - 1, height, width), in pixels."""
    if flow.ndim != 4 or flow.shape[3] != 2 or flow.size == 0:
        raise MetricInputError(f"Flow must be (frames - 1, height, width, 2), not {flow.shape}.")
    magnitudes = np.hypot(flow[..., 0], flow[..., 1], dtype=np.float64)
    if not np.isfinite(magnitudes).all():
        raise MetricInputError("The optical flow contains NaN or infinity.")
    return magnitudes
