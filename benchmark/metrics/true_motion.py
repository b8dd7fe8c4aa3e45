"""Agreement with the true motion: does the asked object move, in the asked direction, by how much.

Ours. It needs a benchmark whose true motion is known: the scene engine gives the mask of the asked object and
the exact flow of the true clip. The estimator's own error is part of every number; docs/metrics.md gives it
on true clips.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.motion_amount import Flow, flow_magnitudes
from benchmark.metrics.vectors import MetricInputError

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class TrueMotion:
    """How a clip's motion compares with the true one.

    Attributes:
        share_inside: share of all displacement that lies inside the asked object's mask, in [0, 1].
        direction_error: angle between the mean displacement inside the mask and the true one, in degrees from
            0 to 180; None where one of the two does not move as a whole.
        amount_ratio: mean displacement inside the mask over the true one; 1 is right, 0 is static.
        background_drift: mean displacement outside the mask in percent of the shorter side per frame.
    """

    share_inside: float
    direction_error: float | None
    amount_ratio: float
    background_drift: float


def true_motion(flow: Flow, true_flow: Flow, mask: Mask) -> TrueMotion:
    """Compare estimated flow with exact flow.

    Args:
        flow: (frames - 1, height, width, 2) of the clip, displacement in pixels.
        true_flow: the same shape, of the true clip.
        mask: (frames - 1, height, width), where the asked object is in the true clip before each step.

    Raises:
        MetricInputError: shapes differ, flow is not finite, the mask is empty, or the object does not move.
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


# Shorter mean displacements have no direction that an estimator could tell.
_STILL_PIXELS = 0.02


def _angle(vector: NDArray[np.floating], true: NDArray[np.floating]) -> float | None:
    length, true_length = float(np.hypot(*vector)), float(np.hypot(*true))
    if min(length, true_length) < _STILL_PIXELS:
        return None
    cosine = float(vector @ true) / (length * true_length)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
