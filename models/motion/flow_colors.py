"""Converts optical flow to colours: hue shows the direction, saturation the magnitude.

Source: S. Baker, D. Scharstein, J. P. Lewis, S. Roth, M. J. Black, R. Szeliski (2011), A Database and
Evaluation Methodology for Optical Flow, IJCV 92, 1-31. The colour wheel has six arcs. The lengths of the arcs
are chosen so that equal steps along the wheel look equally large.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

# (first colour, last colour, number of hues): red, yellow, green, cyan, blue, magenta, red.
_ARCS = (
    ((1, 0, 0), (1, 1, 0), 15),
    ((1, 1, 0), (0, 1, 0), 6),
    ((0, 1, 0), (0, 1, 1), 4),
    ((0, 1, 1), (0, 0, 1), 11),
    ((0, 0, 1), (1, 0, 1), 13),
    ((1, 0, 1), (1, 0, 0), 6),
)
# Brightness of vectors longer than `max_magnitude`. These vectors become darker instead of more saturated.
_CLIPPED_BRIGHTNESS = 0.75


def flow_colours(flow: NDArray[np.float32], max_magnitude: float | None = None) -> NDArray[np.uint8]:
    """Return the flow as colours: no motion is white, motion to the right is red, motion down is yellow.

    Args:
        flow: (..., 2) float32, pixels (x to the right, y down).
        max_magnitude: the magnitude at full saturation, in pixels; default: the largest magnitude in the
            flow.

    Returns:
        (..., 3) uint8 RGB.
    """
    magnitude = np.hypot(flow[..., 0], flow[..., 1])
    full = float(magnitude.max(initial=0.0)) if max_magnitude is None else max_magnitude
    radius = (magnitude / full if full > 0 else np.zeros_like(magnitude))[..., None]
    turn = np.arctan2(flow[..., 1], flow[..., 0]) / np.float32(2 * np.pi) % 1
    hue = _hue(np.asarray(turn, np.float32))
    colour = np.where(radius <= 1, 1 - radius * (1 - hue), hue * _CLIPPED_BRIGHTNESS)
    return np.asarray(colour * 255 + 0.5).astype(np.uint8)


def colour_wheel(side: int) -> NDArray[np.uint8]:
    """Return an image of the colour wheel, (side, side, 3) uint8 RGB, white outside the circle."""
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    vectors = np.stack([columns, rows], axis=-1)
    vectors[np.hypot(columns, rows) > 1] = 0
    return flow_colours(vectors, 1.0)


def _hue(turn: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the interpolated colour at an angle.

    Args:
        turn: (...), the angle as a fraction of a full turn in [0, 1).

    Returns:
        (..., 3) float32 in [0, 1].
    """
    hues = _hues()
    position = turn * len(hues)
    lower = position.astype(np.intp) % len(hues)
    weight = (position - np.floor(position))[..., None]
    return np.asarray((1 - weight) * hues[lower] + weight * hues[(lower + 1) % len(hues)])


@cache
def _hues() -> NDArray[np.float32]:
    """Return the 55 hues of the wheel, (55, 3) float32 in [0, 1]."""
    arcs = [np.linspace(start, stop, hues, endpoint=False, dtype=np.float32) for start, stop, hues in _ARCS]
    return np.concatenate(arcs)
