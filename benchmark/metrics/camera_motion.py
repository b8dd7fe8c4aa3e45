"""Computes camera motion (VBench-I2V): whether the camera moves as the prompt asks.

Source: VBench, commit 45e79ec, vbench2_beta_i2v/camera_motion.py: CoTracker2 tracks a 10x10 grid from the
first frame to the last. The type of camera motion is predicted from four points, one in the middle of each
edge. The score is 1 if the requested type is among the predicted types. VBench reads the requested motion
type from the file name; this module reads the type from the pair's prompt. Like VBench, we truncate tracked
positions to whole pixels.
"""

from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.vectors import MetricInputError

GRID = 10
_MIDDLE = GRID // 2
_DEAD_ZONE = 0.005


class CameraMotion(StrEnum):
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    TILT_UP = "tilt_up"
    TILT_DOWN = "tilt_down"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    STATIC = "static"


# The phrases of VBench-I2V's prompts.
_PHRASES = {
    "camera pans left": CameraMotion.PAN_LEFT,
    "camera pans right": CameraMotion.PAN_RIGHT,
    "camera tilts up": CameraMotion.TILT_UP,
    "camera tilts down": CameraMotion.TILT_DOWN,
    "camera zooms in": CameraMotion.ZOOM_IN,
    "camera zooms out": CameraMotion.ZOOM_OUT,
    "camera static": CameraMotion.STATIC,
}

# The camera moves opposite to the content: if the content moves left, the camera pans right.
_SAME = {
    ("left", "left"): CameraMotion.PAN_RIGHT,
    ("right", "right"): CameraMotion.PAN_LEFT,
    ("down", "down"): CameraMotion.TILT_UP,
    ("up", "up"): CameraMotion.TILT_DOWN,
    ("static", "static"): CameraMotion.STATIC,
}
_TOP_AND_BOTTOM = _SAME | {("up", "down"): CameraMotion.ZOOM_IN, ("down", "up"): CameraMotion.ZOOM_OUT}
_LEFT_AND_RIGHT = _SAME | {
    ("left", "right"): CameraMotion.ZOOM_IN,
    ("right", "left"): CameraMotion.ZOOM_OUT,
}


def requested_camera_motion(prompt: str) -> CameraMotion | None:
    """Return the camera motion that the prompt requests; None if the prompt contains no VBench-I2V phrase.

    Raises:
        MetricInputError: the prompt requests several motions.
    """
    asked = {motion for phrase, motion in _PHRASES.items() if phrase in prompt.lower()}
    if len(asked) > 1:
        raise MetricInputError(f"The prompt requests several camera motions: {', '.join(sorted(asked))}.")
    return asked.pop() if asked else None


def predicted_motions(
    first: NDArray[np.floating], last: NDArray[np.floating], *, height: int, width: int
) -> frozenset[CameraMotion]:
    """Return the set of camera motions that the shift of the tracked points indicates. The set may be empty.

    Args:
        first: (10, 10, 2) positions (x, y) of the grid in the first frame, in pixels.
        last: the positions of the same points in the last frame.
        height: height of the frames in pixels.
        width: width of the frames in pixels.

    Raises:
        MetricInputError: an array does not have the expected shape, or a position is not finite.
    """
    for grid in (first, last):
        if grid.shape != (GRID, GRID, 2) or not np.isfinite(grid).all():
            raise MetricInputError(f"Tracks must be ({GRID}, {GRID}, 2) and finite, not {grid.shape}.")
    moved = np.trunc(last) - np.trunc(first)
    dead_zone = _DEAD_ZONE * min(height, width)
    top, bottom, left, right = (
        _directions(vector, dead_zone)
        for vector in (moved[0, _MIDDLE], moved[-1, _MIDDLE], moved[_MIDDLE, 0], moved[_MIDDLE, -1])
    )
    found = {_TOP_AND_BOTTOM[pair] for pair in product(top, bottom) if pair in _TOP_AND_BOTTOM}
    found |= {_LEFT_AND_RIGHT[pair] for pair in product(left, right) if pair in _LEFT_AND_RIGHT}
    return frozenset(found - {CameraMotion.STATIC} or found)


def camera_motion(asked: CameraMotion, predicted: frozenset[CameraMotion]) -> float:
    """Return 1.0 if the requested camera motion is among the predicted motions, else 0.0."""
    return float(asked in predicted)


def _directions(vector: NDArray[np.floating], dead_zone: float) -> list[str]:
    x, y = vector
    found = []
    if abs(x) > dead_zone:
        found.append("right" if x > 0 else "left")
    if abs(y) > dead_zone:
        found.append("down" if y > 0 else "up")
    return found or ["static"]
