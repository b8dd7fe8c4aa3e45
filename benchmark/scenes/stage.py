"""Renders the textures of all parts of a scene at one image size."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import ceil, hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.colours import Colour, colour
from benchmark.scenes.outlines import ellipse
from benchmark.scenes.scenes import Scene
from benchmark.scenes.shapes import Finish, Part, halo
from benchmark.scenes.states import View
from benchmark.scenes.styles import Pixels, Style
from benchmark.scenes.textures import Texture, draw_part

# The ratio of the stage's width to its height. A wider image shows only part of the stage's height.
STAGE_WIDTH = 1.6
MIN_SIDE, MAX_SIDE = 64, 2048
SHADOW_OPACITY = 0.34
# At night, a part's new colour is dimmed by as much as the colours around the part.
_NIGHT_DIMNESS = 0.62

Size = tuple[int, int]
# Pixel ranges (top, bottom, left, right); bottom and right are exclusive.
Window = tuple[int, int, int, int]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stage:
    """The textures of a scene at one image size.

    Attributes:
        size: size of the image as (rows, columns), in pixels.
        view: the area of the stage that the image shows.
        textures: a mapping from part name to texture.
        tinted: a cache of recoloured textures; the keys are (part, colour).
    """

    scene: Scene
    size: Size
    view: View
    textures: dict[str, Texture]
    shadow: Texture
    parts: dict[str, Part]
    tinted: dict[tuple[str, str], Texture] = field(default_factory=dict)

    @property
    def pixels_per_height(self) -> float:
        return self.size[0] / (self.view.bottom - self.view.top)

    @property
    def to_pixels(self) -> Matrix:
        """The 3x3 matrix from stage coordinates to pixel indices."""
        scale = self.pixels_per_height
        return np.array(
            [[scale, 0, -scale * self.view.left - 0.5], [0, scale, -scale * self.view.top - 0.5], [0, 0, 1]]
        )

    @cached_property
    def vignette(self) -> Pixels:
        """The vignette, (rows, columns, 1): a brightness factor for the background."""
        rows, columns = self.size
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        far = np.hypot((x - columns / 2) / columns, (y - rows / 2) / rows)
        strength = 0.34 if self.scene.style is Style.NIGHT else 0.16
        return np.asarray(1 - strength * np.clip(far * 2 - 0.45, 0, 1) ** 1.5, dtype=np.float32)[:, :, None]

    def window_in_pixels(self, shown_in: tuple[float, float, float, float]) -> Window:
        """Return the pixels inside a box (left, top, right, bottom) in stage coordinates."""
        scale = self.pixels_per_height
        left, right = (round((x - self.view.left) * scale) for x in shown_in[::2])
        top, bottom = (round((y - self.view.top) * scale) for y in shown_in[1::2])
        rows, columns = self.size
        return max(top, 0), min(bottom, rows), max(left, 0), min(right, columns)

    def object_of(self, part: Part) -> str:
        """Return the name of a part's object, which is the name of the part's root ancestor."""
        while part.parent is not None:
            part = self.parts[part.parent]
        return part.name

    def reach_of(self, part: Part) -> float:
        """Return an object's radius around the origin of the object's root part, including the shadow."""
        mine = [other for other in self.parts.values() if self.object_of(other) == part.name]
        reaches = [self._distance(other) + self.textures[other.name].reach * other.scale for other in mine]
        return max(*reaches, part.shadow / 2, 0.0) * max(part.scale, 1.0)

    def _distance(self, part: Part) -> float:
        """Return an upper bound on the distance from a part's origin to the origin of its root ancestor."""
        way = 0.0
        while part.parent is not None:
            way += hypot(*part.at)
            part = self.parts[part.parent]
        return way

    def texture_in(self, part: str, tint: str) -> Texture:
        """Return the part's texture in another colour with the same shading."""
        if (part, tint) not in self.tinted:
            lamp = all(shape.finish is Finish.LUMINOUS for shape in self.parts[part].shapes)
            dim = _NIGHT_DIMNESS if self.scene.style is Style.NIGHT and not lamp else 1.0
            self.tinted[part, tint] = _recoloured(self.textures[part], colour(tint) * np.float32(dim))
        return self.tinted[part, tint]


def checked_size(size: int | Size) -> Size:
    """Check an image size and return it as (rows, columns).

    Raises:
        ValueError: a side is odd, or outside 64 to 2048 pixels.
    """
    rows, columns = (size, size) if isinstance(size, int) else size
    for side in (rows, columns):
        if side % 2 or not MIN_SIDE <= side <= MAX_SIDE:
            raise ValueError(
                f"an image's side must be even and from {MIN_SIDE} to {MAX_SIDE} pixels, not {side}"
            )
    return rows, columns


def stage_view(size: Size) -> View:
    """Return the largest centred box of the stage that has the aspect ratio of the image size."""
    rows, columns = size
    height = min(1.0, STAGE_WIDTH * rows / columns)
    width = height * columns / rows
    return View(0.5 - width / 2, 0.5 - height / 2, 0.5 + width / 2, 0.5 + height / 2)


@lru_cache(maxsize=4)
def draw_stage(scene: Scene, size: Size) -> Stage:
    """Draw all textures of a scene. Stages are cached, because all prompts of an image use one stage."""
    view = stage_view(size)
    scale = size[0] / (view.bottom - view.top)
    textures = {part.name: draw_part(part, scene.style, scene.seed, scale) for part in scene.parts}
    shadow = draw_part(Part("shadow", (halo("white", ellipse(0, 0, 0.5, 0.16)),)), Style.FLAT, 0, scale)
    pixels = shadow.pixels.copy()
    pixels[:, :, 3] = SHADOW_OPACITY * pixels[:, :, 0] ** 0.75
    pixels[:, :, :3] = 0
    soft = Texture(pixels, shadow.corner, shadow.density)
    return Stage(scene, size, view, textures, soft, {part.name: part for part in scene.parts})


def _recoloured(texture: Texture, tint: Colour) -> Texture:
    alpha = texture.pixels[:, :, 3:]
    luminance = texture.pixels[:, :, :3] @ np.array([0.30, 0.59, 0.11], dtype=np.float32)
    solid = alpha[:, :, 0] > 0.5
    mean = (
        float(luminance[solid].mean() / max(float(alpha[:, :, 0][solid].mean()), 1e-3))
        if solid.any()
        else 1.0
    )
    relative = np.clip(luminance / max(mean, 0.05), 0, 1.6)[:, :, None]
    rgb = np.minimum(tint * relative, alpha)
    return Texture(np.concatenate([rgb, alpha], axis=2), texture.corner, texture.density)


def window_of(matrix: Matrix, texture: Texture, limits: Window) -> Window | None:
    """Return the pixel window that a placed texture covers within `limits`; None if the window is empty."""
    rows, columns = texture.pixels.shape[:2]
    corners = np.array([[-1, columns, columns, -1], [-1, -1, rows, rows], [1, 1, 1, 1]])
    x, y, _ = matrix @ corners
    top, bottom = max(int(y.min()), limits[0]), min(ceil(y.max()) + 1, limits[1])
    left, right = max(int(x.min()), limits[2]), min(ceil(x.max()) + 1, limits[3])
    return (top, bottom, left, right) if top < bottom and left < right else None


def placed(texture: Pixels, matrix: Matrix, window: Window) -> Pixels:
    """Return the pixels of a placed texture inside a window, as an array (bottom - top, right - left, 4)."""
    top, bottom, left, right = window
    moved = matrix[:2].copy()
    moved[:, 2] -= (left, top)
    return np.asarray(cv2.warpAffine(texture, moved, (right - left, bottom - top), flags=cv2.INTER_LINEAR))
