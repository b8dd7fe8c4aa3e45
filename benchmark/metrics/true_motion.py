"""Compares a clip's motion with the true motion: which object moves, in which direction, and how far.

TI2V Bench defines this metric. The metric needs a synthetic benchmark, whose true motion is known. The scene
engine computes the mask of the object that should move, and the exact flow of the true clip. The flow
estimator makes errors, which affect every score; docs/metrics.md lists these errors on true clips.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.motion_amount import Flow, flow_magnitudes
from benchmark.metrics.vectors import MetricInputError

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class TrueMotion:
    """Measures of how well a clip's motion agrees with the true motion.

    Attributes:
        share_inside: share of the total displacement that is inside the moving object's mask, in [0, 1].
        direction_error: angle in degrees, from 0 to 180, between the estimated and the true mean displacement
            inside the mask; None if either mean displacement is almost zero.
        amount_ratio: mean displacement inside the mask divided by the true mean displacement; 1 is correct,
            0 is static.
        background_drift: mean displacement outside the mask in percent of the shorter side per frame.
    """

    share_inside: float
    direction_error: float | None
    amount_ratio: float
    background_drift: float


def true_motion(flow: Flow, true_flow: Flow, mask: Mask) -> TrueMotion:
    """Compare estimated flow with exact flow.

    Args:
        flow: (frames - 1, height, width, 2) displacement in the clip, in pixels.
        true_flow: displacement in the true clip in pixels, with the same shape as `flow`.
        mask: (frames - 1, height, width) bool: True if the pixel shows the object in the true clip. Entry i
            is the mask in frame i, before the displacement to frame i + 1.

    Raises:
        MetricInputError: shapes differ, the flow is not finite, the mask is empty, or the object does not
            move in the true clip.
    """
    if flow.shape != true_flow.shape or mask.shape != flow.shape[:3]:
        raise MetricInputError(
            "Flow, true flow and mask must have one shape, not "
            f"{flow.shape}, {true_flow.shape} and {mask.shape}."
        )
    magnitudes, true_magnitudes = flow_magnitudes(flow), flow_magnitudes(true_flow)
    if not mask.any() or not true_magnitudes[mask].any():
        raise MetricInputError("The asked object is not in the mask, or does not move in the true clip.")
    total = magnitudes.sum()
    outside = magnitudes[~mask]
    return TrueMotion(
        share_inside=float(magnitudes[mask].sum() / total) if total > 0 else 0.0,
        direction_error=_angle(flow[mask].mean(axis=0), true_flow[mask].mean(axis=0)),
        amount_ratio=float(magnitudes[mask].mean() / true_magnitudes[mask].mean()),
        background_drift=float(100 * outside.mean() / min(flow.shape[1:3])) if outside.size else 0.0,
    )


# The direction of a shorter mean displacement cannot be estimated.
_STILL_PIXELS = 0.02


def _angle(vector: NDArray[np.floating], true: NDArray[np.floating]) -> float | None:
    length, true_length = float(np.hypot(*vector)), float(np.hypot(*true))
    if min(length, true_length) < _STILL_PIXELS:
        return None
    cosine = float(vector @ true) / (length * true_length)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
