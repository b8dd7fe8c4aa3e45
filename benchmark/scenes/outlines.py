"""Computes closed outlines of shapes: ellipses, boxes, smooth curves, strokes, stars.

An outline is an (n, 2) float64 array of x, y. x points right, y points down, and the unit is the image's
height.
"""

from collections.abc import Sequence
from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]
Point = tuple[float, float]
# Points as an array or as text, like the points of an SVG polygon: "0,-.12 .095,.1 0,.15".
Points = Sequence[Point] | str

_CURVE_STEPS = 10


def ellipse(x: float, y: float, rx: float, ry: float | None = None, degrees: float = 0.0) -> Outline:
    """Return an ellipse around (x, y); if `ry` is missing, return a circle."""
    angle = np.linspace(0, 2 * pi, 72, endpoint=False)
    around = np.stack([rx * np.cos(angle), (rx if ry is None else ry) * np.sin(angle)], axis=1)
    return _placed(around, x, y, degrees)


def box(
    x: float, y: float, width: float, height: float, corner: float = 0.0, degrees: float = 0.0
) -> Outline:
    """Return a rectangle centred on (x, y) with rounded corners of radius `corner`."""
    r = min(corner, width / 2, height / 2)
    quarter = np.linspace(0, pi / 2, 8) if r else np.zeros(1)
    corners = []
    for turn, (sx, sy) in enumerate([(1, 1), (-1, 1), (-1, -1), (1, -1)]):
        angle = quarter + turn * pi / 2
        centre = (sx * (width / 2 - r), sy * (height / 2 - r))
        corners.append(np.stack([np.cos(angle), np.sin(angle)], axis=1) * r + centre)
    return _placed(np.concatenate(corners), x, y, degrees)


def polygon(points: Points) -> Outline:
    """Return the closed polygon with the given corners."""
    return _read(points)


def curve(points: Points) -> Outline:
    """Return a smooth closed curve (Catmull-Rom) through the points."""
    knots = _read(points)
    return _through(np.concatenate([knots[-1:], knots, knots[:2]]))


def stroke(width: float, points: Points, taper: float = 1.0) -> Outline:
    """Return a smooth line of the given width with round ends.

    Args:
        width: thickness at the first point, in image heights.
        points: the points on the line; at least two.
        taper: thickness at the last point as a share of `width`.
    """
    knots = _read(points)
    line = _through(np.concatenate([knots[:1], knots, knots[-1:]]), end=True)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = along[:, ::-1] * (-1.0, 1.0)
    half = (width / 2 * np.linspace(1.0, taper, len(line)))[:, None]
    angle = np.linspace(0, pi, 8)[:, None]
    start = line[0] + half[0] * (-across[0] * np.cos(angle) - along[0] * np.sin(angle))
    end = line[-1] + half[-1] * (across[-1] * np.cos(angle) + along[-1] * np.sin(angle))
    return np.concatenate([line + across * half, end, (line - across * half)[::-1], start])


def star(x: float, y: float, radius: float, points: int = 5, inner: float = 0.45) -> Outline:
    """Return a star. `inner` is the star's inner radius divided by its outer radius."""
    angle = np.arange(2 * points) * pi / points - pi / 2
    reach = np.where(np.arange(2 * points) % 2 == 0, radius, radius * inner)
    return np.stack([x + reach * np.cos(angle), y + reach * np.sin(angle)], axis=1)


def wedge(x: float, y: float, radius: float, start: float, end: float) -> Outline:
    """Return the sector of a circle between two angles, in degrees clockwise from the right."""
    angle = np.radians(np.linspace(start, end, 40))
    arc = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
    return np.concatenate([[(x, y)], arc])


def turned(outline: Outline, degrees: float) -> Outline:
    """Return the outline, rotated clockwise about the origin."""
    a = radians(degrees)
    return np.asarray(outline @ np.array([[cos(a), sin(a)], [-sin(a), cos(a)]]))


def _read(points: Points) -> Outline:
    if isinstance(points, str):
        return np.array([pair.split(",") for pair in points.split()], dtype=np.float64)
    return np.array(points, dtype=np.float64)


def _placed(outline: Outline, x: float, y: float, degrees: float) -> Outline:
    return np.add(turned(outline, degrees), [x, y], dtype=np.float64)


def _through(knots: NDArray[np.float64], end: bool = False) -> Outline:
    before, here, there, after = knots[:-3], knots[1:-2], knots[2:-1], knots[3:]
    u = np.linspace(0, 1, _CURVE_STEPS, endpoint=False)[None, :, None]
    a, b, c, d = (part[:, None, :] for part in (before, here, there, after))
    points = 0.5 * (
        2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3
    ).reshape(-1, 2)
    return np.concatenate([points, knots[-2:-1]]) if end else points
