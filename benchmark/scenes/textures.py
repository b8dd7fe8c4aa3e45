"""Draws each part once as a texture. The painter transforms this texture for every frame."""

from dataclasses import dataclass
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.colours import colour
from benchmark.scenes.shapes import Finish, Part, Shape
from benchmark.scenes.styles import Pixels, Plane, Style, Surface, shade

# Texels per pixel of the image. With two texels and a slight blur, a texture that is shifted by half a pixel
# is smooth enough for the flow test.
_OVERSAMPLING = 2.0
_BLUR_TEXELS = 1.1
_MARGIN = 0.02
_FIXED_POINT_BITS = 6


@dataclass(frozen=True, eq=False)
class Texture:
    """A drawn part.

    Attributes:
        pixels: (rows, columns, 4) float32 in [0, 1]; colours are premultiplied by alpha.
        corner: the position of the first texel's upper left corner, in the part's coordinates.
        density: number of texels per image height.
    """

    pixels: Pixels
    corner: tuple[float, float]
    density: float

    @property
    def to_part(self) -> NDArray[np.float64]:
        """The 3x3 matrix from texel indices to the part's coordinates."""
        step = 1 / self.density
        x, y = self.corner
        return np.array([[step, 0, x + step / 2], [0, step, y + step / 2], [0, 0, 1]])

    @property
    def reach(self) -> float:
        """Distance from the part's origin to the farthest texel of the texture."""
        rows, columns = self.pixels.shape[:2]
        x, y = self.corner
        width, height = columns / self.density, rows / self.density
        return float(np.hypot(max(abs(x), abs(x + width)), max(abs(y), abs(y + height))))


def draw_part(part: Part, style: Style, seed: int, pixels_per_height: float) -> Texture:
    """Return the texture of a part. Random details depend on the seed and on the part's name."""
    density = pixels_per_height * (1.0 if part.scenery else _OVERSAMPLING)
    points = np.concatenate([outline for shape in part.shapes for outline in shape.outlines])
    low, high = points.min(axis=0) - _MARGIN, points.max(axis=0) + _MARGIN
    columns, rows = (int(n) for n in np.ceil((high - low) * density))
    canvas = np.zeros((rows, columns, 4), np.float32)
    rng = np.random.default_rng([seed, crc32(part.name.encode())])
    for shape in part.shapes:
        _lay(canvas, shape, style, low, density, rng)
    if style is Style.PAPER and not part.glows:
        canvas = _with_cast_shadow(canvas, density)
    if not part.scenery:
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), _BLUR_TEXELS))
    return Texture(canvas, (float(low[0]), float(low[1])), density)


def _lay(
    canvas: Pixels,
    shape: Shape,
    style: Style,
    low: NDArray[np.float64],
    density: float,
    rng: np.random.Generator,
) -> None:
    """Paint one shape onto the canvas, in place."""
    outlines = [(outline - low) * density for outline in shape.outlines]
    points = np.concatenate(outlines)
    border = round(density * 0.016) + 2
    x0, y0 = np.maximum(np.floor(points.min(axis=0)).astype(int) - border, 0)
    x1, y1 = np.ceil(points.max(axis=0)).astype(int) + border
    window = canvas[y0:y1, x0:x1]
    rows, columns = window.shape[:2]
    coverage = _coverage([outline - (x0, y0) for outline in outlines], (rows, columns))
    if shape.finish is Finish.HALO:
        window[:, :, :3] += _halo(points - (x0, y0), (rows, columns)) * colour(shape.colour)
        return
    tone = colour(shape.colour)
    if shape.foot is not None:
        share = np.clip((np.arange(rows, dtype=np.float32) - border) / max(rows - 2 * border, 1), 0, 1)
        tone = tone + share[:, None, None] * (colour(shape.foot) - tone)
    extent = (columns / density, rows / density)
    rgb = shade(style, Surface(coverage, tone, shape.finish, shape.relief, extent, rng))
    if style is Style.PAPER and shape.finish is not Finish.MARK:
        window[:, :, :3] *= 1 - 0.34 * _soft_shadow(coverage, density)[:, :, None]
    alpha = (coverage * np.float32(shape.opacity))[:, :, None]
    window *= 1 - alpha
    window[:, :, :3] += rgb * alpha
    window[:, :, 3:] += alpha


def _coverage(outlines: list[NDArray[np.float64]], shape: tuple[int, int]) -> Plane:
    scale = 1 << _FIXED_POINT_BITS
    # The index of a texel refers to the texel's centre, half a texel from its corner.
    fixed = [np.round((outline - 0.5) * scale).astype(np.int32) for outline in outlines]
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, fixed, 255, lineType=cv2.LINE_AA, shift=_FIXED_POINT_BITS)
    return mask * np.float32(1 / 255)


def _halo(points: NDArray[np.float64], shape: tuple[int, int]) -> Pixels:
    low, high = points.min(axis=0), points.max(axis=0)
    centre, radius = (low + high) / 2, (high - low) / 2
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    far = np.hypot((x - centre[0]) / radius[0], (y - centre[1]) / radius[1])
    return np.asarray(np.clip(1 - far, 0, 1) ** 2, dtype=np.float32)[:, :, None]


def _soft_shadow(alpha: Plane, density: float) -> Plane:
    """Return the soft shadow that a paper cut-out casts to the lower right; values in [0, 1]."""
    away = np.array([[1, 0, 0.004 * density], [0, 1, 0.006 * density]])
    shifted = cv2.warpAffine(alpha, away, (alpha.shape[1], alpha.shape[0]))
    return np.asarray(cv2.GaussianBlur(shifted, (0, 0), 0.005 * density))


def _with_cast_shadow(canvas: Pixels, density: float) -> Pixels:
    shadow = 0.42 * _soft_shadow(np.ascontiguousarray(canvas[:, :, 3]), density)
    canvas[:, :, 3] += shadow * (1 - canvas[:, :, 3])
    return canvas
