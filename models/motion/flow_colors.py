"""Flow as colours: hue says where to, saturation how far.

Source: S. Baker, D. Scharstein, J. P. Lewis, S. Roth, M. J. Black, R. Szeliski (2011), A Database and
Evaluation Methodology for Optical Flow, IJCV 92, 1-31: six arcs of hues of unequal length, chosen so that
equal steps look equal.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

# (from, to, hues on the way): red, yellow, green, cyan, blue, magenta, and back to red.
_ARCS = (
    ((1, 0, 0), (1, 1, 0), 15),
    ((1, 1, 0), (0, 1, 0), 6),
    ((0, 1, 0), (0, 1, 1), 4),
    ((0, 1, 1), (0, 0, 1), 11),
    ((0, 0, 1), (1, 0, 1), 13),
    ((1, 0, 1), (1, 0, 0), 6),
)
# What is longer than the longest arrow shown is darker instead of more saturated.
_TOO_LONG = 0.75


def flow_colours(flow: NDArray[np.float32], longest: float | None = None) -> NDArray[np.uint8]:
    """Return flow in the usual colours; no motion is white, to the right is red, down is yellow.

    Args:
        flow: (..., 2) float32, pixels (to the right, down).
        longest: the length shown fully saturated, in pixels; the longest of the flow if left out.

    Returns:
        (..., 3) uint8 RGB.
    """
    lengths = np.hypot(flow[..., 0], flow[..., 1])
    full = float(lengths.max(initial=0.0)) if longest is None else longest
    radius = (lengths / full if full > 0 else np.zeros_like(lengths))[..., None]
    turn = np.arctan2(flow[..., 1], flow[..., 0]) / np.float32(2 * np.pi) % 1
    hue = _hue(np.asarray(turn, np.float32))
    colour = np.where(radius <= 1, 1 - radius * (1 - hue), hue * _TOO_LONG)
    return np.asarray(colour * 255 + 0.5).astype(np.uint8)


def colour_key(side: int) -> NDArray[np.uint8]:
    """Return the wheel as a picture, (side, side, 3) uint8 RGB, white outside."""
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    arrows = np.stack([columns, rows], axis=-1)
    arrows[np.hypot(columns, rows) > 1] = 0
    return flow_colours(arrows, 1.0)


def _hue(turn: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the colour at a share of the wheel in [0, 1), (..., 3) in [0, 1]."""
    wheel = _wheel()
    place = turn * len(wheel)
    before = place.astype(np.intp) % len(wheel)
    share = (place - np.floor(place))[..., None]
    return np.asarray((1 - share) * wheel[before] + share * wheel[(before + 1) % len(wheel)])


@cache
def _wheel() -> NDArray[np.float32]:
    """Return the 55 hues, (55, 3) in [0, 1]."""
    arcs = [np.linspace(start, stop, hues, endpoint=False, dtype=np.float32) for start, stop, hues in _ARCS]
    return np.concatenate(arcs)
