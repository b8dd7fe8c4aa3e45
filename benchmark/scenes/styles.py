"""Defines the six image styles and their shaders.

The light always comes from the upper left. A shader computes only the colours of a shape's surface, not the
outline, so masks and motion are the same in every style.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.colours import Colour
from benchmark.scenes.noise import clouded_noise, smooth_noise
from benchmark.scenes.shapes import Finish

Plane = NDArray[np.float32]
Pixels = NDArray[np.float32]

_LIGHT = np.array([-0.46, -0.66, 0.6], dtype=np.float32)
_TO_EYE_AND_LIGHT = np.array([-0.26, -0.37, 0.89], dtype=np.float32)


class Style(StrEnum):
    FLAT = "flat"
    SOFT = "soft"
    PAPER = "paper"
    NIGHT = "night"
    WATERCOLOUR = "watercolour"
    CLAY = "clay"


@dataclass(frozen=True, eq=False)
class Surface:
    """The input of a shader: the surface of one shape.

    Attributes:
        coverage: (rows, columns) float32 in [0, 1], the share of each texel that the shape covers.
        colour: (3,) or, for a gradient, (rows, 1, 3); values in [0, 1].
        extent: (width, height) in image heights.
        relief: the width of the shape's curved rim, in image heights; 0 for a flat shape.
    """

    coverage: Plane
    colour: Colour
    finish: Finish
    relief: float
    extent: tuple[float, float]
    rng: np.random.Generator

    @property
    def shape(self) -> tuple[int, int]:
        return self.coverage.shape[0], self.coverage.shape[1]

    @property
    def density(self) -> float:
        """Texels per image height."""
        return self.shape[0] / self.extent[1]

    @cached_property
    def depth(self) -> Plane:
        """Distance of each texel from the shape's edge, in image heights."""
        inside = (self.coverage > 0.5).astype(np.uint8)
        depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
        return np.asarray(depth / self.density, dtype=np.float32)

    def normals(self, reach: float, bumps: Plane | None = None) -> tuple[Plane, Plane, Plane]:
        """Return the unit normals (x, y, z) of a surface whose rim is curved over the width `reach`."""
        rim = np.clip(self.depth / reach, 0, 1)
        height = reach * np.sqrt(1 - (1 - rim) ** 2) * self.density
        height = cv2.GaussianBlur(height, (0, 0), max(reach * self.density / 5, 0.6))
        if bumps is not None:
            height = height + bumps * self.density
        dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3) / 8
        dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3) / 8
        length = np.sqrt(dx**2 + dy**2 + 1)
        return -dx / length, -dy / length, 1 / length

    def lambert(self, reach: float, bumps: Plane | None = None) -> Plane:
        """Return the diffuse light of a surface; the light is 1 where the surface faces the viewer."""
        if self.relief == 0 and bumps is None:
            return np.ones((1, 1), np.float32)
        x, y, z = self.normals(reach, bumps)
        facing = (x * _LIGHT[0] + y * _LIGHT[1] + z * _LIGHT[2]) / _LIGHT[2]
        return np.asarray(np.clip(facing, 0, 1.8), dtype=np.float32)

    def highlight(self, reach: float, sharpness: float) -> Plane:
        """Return the specular highlight of a surface.

        The highlight is 0 where the surface faces the viewer.
        """
        if self.relief == 0:
            return np.zeros((1, 1), np.float32)
        x, y, z = self.normals(reach)
        facing = x * _TO_EYE_AND_LIGHT[0] + y * _TO_EYE_AND_LIGHT[1] + z * _TO_EYE_AND_LIGHT[2]
        return np.asarray(np.clip(facing, 0, 1) ** sharpness - 0.89**sharpness, dtype=np.float32)

    def noise(self, cells: float) -> Plane:
        return smooth_noise(self.rng, self.extent, cells, self.shape)

    def clouds(self, cells: float) -> Plane:
        return clouded_noise(self.rng, self.extent, cells, self.shape)


def _grey(plane: Plane) -> Pixels:
    return plane[:, :, None]


def _shade_flat(s: Surface) -> Pixels:
    light = s.lambert(max(s.relief, 0.004))
    # Use two tones with a narrow transition, as in a printed illustration.
    lit = np.clip((light - 0.78) / 0.14, 0, 1)
    crest = np.clip((light - 1.22) / 0.16, 0, 1) * (0.34 if s.finish is Finish.GLOSSY else 0.14)
    rgb = s.colour * (0.74 + 0.26 * _grey(lit)) * (1 + 0.012 * _grey(s.noise(120)))
    shade = np.array([0.02, 0.0, 0.05], dtype=np.float32) * (1 - _grey(lit))
    return np.asarray(rgb + shade + _grey(crest) * (1 - rgb), dtype=np.float32)


def _shade_soft(s: Surface) -> Pixels:
    reach = max(s.relief * 1.8, 0.006)
    light = s.lambert(reach)
    rows = np.linspace(0.07, -0.07, s.shape[0], dtype=np.float32)[:, None, None]
    warm = np.array([1.06, 1.0, 0.92], dtype=np.float32)
    cool = np.array([0.86, 0.92, 1.08], dtype=np.float32)
    tone = _grey(np.clip(light - 0.4, 0, 1))
    rgb = s.colour * (0.5 + 0.5 * _grey(light)) * (cool + (warm - cool) * tone) + rows
    strength = 0.85 if s.finish is Finish.GLOSSY else 0.18
    return np.asarray(
        rgb + strength * _grey(np.clip(s.highlight(reach, 26), 0, 1)) * (1 - rgb), dtype=np.float32
    )


def _shade_paper(s: Surface) -> Pixels:
    bevel = s.lambert(0.005)
    fibre = 0.035 * s.noise(170) + 0.012 * s.noise(80) + 0.025 * s.clouds(4)
    return np.asarray(s.colour * (0.55 + 0.45 * _grey(bevel)) * (1 + _grey(fibre)) + 0.015, dtype=np.float32)


def _shade_night(s: Surface) -> Pixels:
    reach = max(s.relief * 1.5, 0.006)
    light = s.lambert(reach)
    moon = np.array([0.60, 0.60, 0.76], dtype=np.float32)
    rim = np.clip(light - 1.12, 0, 1) * 0.55
    rgb = s.colour * moon * (0.5 + 0.55 * _grey(light)) + np.array([0.008, 0.014, 0.05], dtype=np.float32)
    if s.finish is Finish.GLOSSY:
        rim = rim + 0.5 * np.clip(s.highlight(reach, 30), 0, 1)
    return np.asarray(
        rgb * (1 + 0.04 * _grey(s.noise(50))) + _grey(rim) * np.array([0.6, 0.75, 1.0], dtype=np.float32),
        dtype=np.float32,
    )


def _shade_watercolour(s: Surface) -> Pixels:
    light = s.lambert(max(s.relief * 1.6, 0.008))
    wash = 0.5 + 0.5 * s.clouds(7)
    pooled = np.exp(-s.depth / 0.006) * 0.20
    paper = np.array([0.985, 0.965, 0.925], dtype=np.float32)
    thin = np.clip(0.10 + 0.22 * wash + 0.22 * np.clip(light - 0.9, 0, 1), 0, 0.6)
    rgb = s.colour * (1 - _grey(thin)) + paper * _grey(thin)
    grain = 0.025 * s.noise(110)
    return np.asarray(
        rgb * (0.84 + 0.16 * _grey(np.clip(light, 0, 1))) * (1 - _grey(pooled) + _grey(grain)),
        dtype=np.float32,
    )


def _shade_clay(s: Surface) -> Pixels:
    reach = max(s.relief * 2.2, 0.008)
    roughness = np.float32(min(1.0, 0.25 + s.relief / 0.02))
    bumps = np.asarray((0.0016 * s.noise(26) + 0.0005 * s.noise(70)) * roughness, dtype=np.float32)
    light = s.lambert(reach, bumps)
    occluded = 1 - 0.30 * np.exp(-s.depth / 0.012)
    rgb = s.colour * (0.40 + 0.60 * _grey(light)) * _grey(occluded)
    warm = np.array([1.05, 1.0, 0.94], dtype=np.float32)
    gleam = 0.5 if s.finish is Finish.GLOSSY else 0.22
    return np.asarray(
        rgb * warm + gleam * _grey(np.clip(s.highlight(reach, 14), 0, 1)) * (1 - rgb), dtype=np.float32
    )


_SHADERS: dict[Style, Callable[[Surface], Pixels]] = {
    Style.FLAT: _shade_flat,
    Style.SOFT: _shade_soft,
    Style.PAPER: _shade_paper,
    Style.NIGHT: _shade_night,
    Style.WATERCOLOUR: _shade_watercolour,
    Style.CLAY: _shade_clay,
}


def shade(style: Style, surface: Surface) -> Pixels:
    """Return the colours of a surface, float32 (rows, columns, 3) in [0, 1]."""
    if surface.finish is Finish.LUMINOUS:
        return np.broadcast_to(surface.colour, (*surface.shape, 3)).astype(np.float32)
    if surface.finish is Finish.MARK:
        dim = 0.55 if style is Style.NIGHT else 1.0
        return np.broadcast_to(surface.colour * dim, (*surface.shape, 3)).astype(np.float32)
    return np.clip(_SHADERS[style](surface), 0, 1).astype(np.float32)
