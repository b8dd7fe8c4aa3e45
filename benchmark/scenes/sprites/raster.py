"""Draws sprites and textured backgrounds with numpy, all frames of a clip at once."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.sprites.words import COLOURS

Plane = NDArray[np.float32]

# For each octave of the background's noise: lattice points per side, and contrast.
_OCTAVES = ((4, 0.14), (9, 0.06))


def coverage(shape: str, centres: Plane, size: float, side: int) -> Plane:
    """Return the share of each pixel that a sprite covers, for every frame.

    Args:
        shape: name of the shape.
        centres: (frames, 2) float32, the centre (x, y) in pixels.
        size: side of the sprite's bounding square in pixels.
        side: side of the frame in pixels.

    Returns:
        (frames, side, side) float32 in [0, 1].
    """
    pixels = np.arange(side, dtype=np.float32) + 0.5
    half = np.float32(size / 2)
    u = (pixels[None, None, :] - centres[:, 0, None, None]) / half
    v = (pixels[None, :, None] - centres[:, 1, None, None]) / half
    return np.asarray(np.clip(_distance(shape, u, v) * half + 0.5, 0, 1), np.float32)


def background(seed: int, side: int) -> Plane:
    """Return a background of smooth coloured noise, (side, side, 3) float32 in [0, 1]."""
    rng = np.random.default_rng(seed)
    pixels = np.full((side, side, 3), rng.uniform(0.38, 0.62, 3), np.float32)
    for points, contrast in _OCTAVES:
        lattice = rng.uniform(-contrast, contrast, (points, points, 3)).astype(np.float32)
        weights = _interpolation(points, side)
        pixels += np.einsum("ya,xb,abc->yxc", weights, weights, lattice, optimize=True)
    return np.clip(pixels, 0, 1)


def paint(canvas: Plane, covered: Plane, colour: str) -> Plane:
    """Return frames with a sprite on top.

    Args:
        canvas: (frames, side, side, 3) float32.
        covered: (frames, side, side) float32 in [0, 1].
        colour: name of the sprite's colour.
    """
    alpha = covered[..., None]
    return canvas * (1 - alpha) + alpha * np.asarray(COLOURS[colour], np.float32)


def _distance(shape: str, u: Plane, v: Plane) -> NDArray[np.floating]:
    """Return the distance to the outline; it is positive inside the shape.

    In the coordinates u and v, the bounding square of the shape is [-1, 1] x [-1, 1].
    """
    a, b = np.abs(u), np.abs(v)
    match shape:
        case "circle":
            return 1 - np.hypot(u, v)
        case "square":
            return np.asarray(0.9 - np.maximum(a, b))
        case "triangle":
            sides = ((v + 1) * 0.98 - a * 1.9) / np.float32(np.hypot(0.98, 1.9))
            return np.asarray(np.minimum(0.9 - v, sides))
        case "diamond":
            return (1.05 - a - b) / np.float32(np.sqrt(2))
        case "cross":
            bars = np.minimum(0.36 - a, 1 - b), np.minimum(0.36 - b, 1 - a)
            return np.asarray(np.maximum(*bars))
        case "ring":
            return 0.27 - np.abs(np.hypot(u, v) - 0.73)
    raise ValueError(f"unknown shape {shape!r}")


@lru_cache(maxsize=8)
def _interpolation(points: int, side: int) -> Plane:
    """Return the (side, points) weights of linear interpolation between lattice points."""
    places = np.linspace(0, points - 1, side, dtype=np.float32)
    weights = 1 - np.abs(places[:, None] - np.arange(points, dtype=np.float32))
    return np.asarray(np.clip(weights, 0, 1), np.float32)
