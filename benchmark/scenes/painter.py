"""Paints single frames of an action: places the textures of all parts and composites them back to front."""

from dataclasses import dataclass
from functools import partial
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.colours import colour
from benchmark.scenes.motions import Dim, Fall
from benchmark.scenes.outlines import Point
from benchmark.scenes.scenes import Action
from benchmark.scenes.shapes import Part
from benchmark.scenes.stage import Matrix, Stage, Window, placed, window_of
from benchmark.scenes.states import Edge, State
from benchmark.scenes.styles import Pixels
from benchmark.scenes.textures import Texture
from benchmark.scenes.weather import Shower

_BACKGROUND = -1
_HIDDEN = 1 / 512


@dataclass(frozen=True, eq=False)
class Frame:
    """One painted frame.

    Attributes:
        pixels: (rows, columns, 3) uint8 RGB.
        owners: (rows, columns) int16, the index of the part that each pixel shows, or -1 for the background.
        maps: for each part index, the 3x3 matrix that converts the part's coordinates to pixels.
    """

    pixels: NDArray[np.uint8]
    owners: NDArray[np.int16]
    maps: dict[int, Matrix]


class _Canvas:
    """An image onto which textures with premultiplied colours are composited."""

    def __init__(self, stage: Stage) -> None:
        self.pixels: Pixels = np.zeros((*stage.size, 3), np.float32)
        self.owners: NDArray[np.int16] = np.full(stage.size, _BACKGROUND, np.int16)

    def copy(self) -> "_Canvas":
        twin = object.__new__(_Canvas)
        twin.pixels, twin.owners = self.pixels.copy(), self.owners.copy()
        return twin

    def put(
        self,
        texture: Texture,
        part_to_pixels: Matrix,
        opacity: float,
        owner: int | None,
        limits: Window | None = None,
    ) -> None:
        """Blend a texture into the image; only pixels inside `limits` change.

        The painted pixels then belong to the part with the index `owner`; if `owner` is None, the pixels keep
        their previous part.
        """
        matrix = part_to_pixels @ texture.to_part
        window = window_of(matrix, texture, limits or (0, self.pixels.shape[0], 0, self.pixels.shape[1]))
        if window is None:
            return
        layer = placed(texture.pixels, matrix, window)
        if opacity != 1.0:
            layer = layer * np.float32(opacity)
        top, bottom, left, right = window
        below = self.pixels[top:bottom, left:right]
        below *= 1 - layer[:, :, 3:]
        below += layer[:, :, :3]
        if owner is not None:
            self.owners[top:bottom, left:right][layer[:, :, 3] > 0.5] = owner


class FramePainter:
    """Paints the frames of one action on one stage."""

    def __init__(self, stage: Stage, action: Action) -> None:
        self.stage = stage
        self.action = action
        shown = [part for part in stage.scene.parts if self._takes_part(part)]
        # Paint glowing parts last, because the light of the scene must not change them.
        self.parts = sorted(shown, key=lambda part: part.glows)
        self._light = [motion for motion in action.motions if isinstance(motion, Dim)]
        self._showers = [
            Shower(motion, stage.view, stage.scene.seed)
            for motion in action.motions
            if isinstance(motion, Fall)
        ]
        moved = action.moved_parts
        moves = [part.glows or not self._line_of(part).isdisjoint(moved) for part in self.parts]
        self._still_parts = moves.index(True) if True in moves else len(moves)
        self._plate = self._paint_plate()

    def frame(self, u: float) -> Frame:
        """Return the frame at time `u`; the clip starts at time 0 and ends at time 1."""
        canvas = self._plate.copy()
        states = self._states(u)
        maps: dict[int, Matrix] = {}
        lit = False
        for index, part in enumerate(self.parts):
            if part.glows and not lit:
                self._dim(canvas, u)
                lit = True
            maps[index] = self.stage.to_pixels @ self._matrix(part, states)
            if index >= self._still_parts:
                self._paint(canvas, index, states)
        if not lit:
            self._dim(canvas, u)
        for shower in self._showers:
            for drop in shower.drops(u):
                canvas.put(drop.texture, self.stage.to_pixels @ drop.matrix, drop.opacity, None)
        pixels = np.clip(canvas.pixels * 255 + 0.5, 0, 255).astype(np.uint8)
        return Frame(pixels, canvas.owners, maps)

    def _takes_part(self, part: Part) -> bool:
        """Return whether a part can be visible.

        A part that starts outside the image (an entrant) is visible only if the action moves the part in.
        """
        line = self._line_of(part)
        entrants = [name for name in line if self.stage.parts[name].entrant]
        return all(name in self.action.moved_parts for name in entrants)

    def _line_of(self, part: Part) -> set[str]:
        """Return the names of a part and of all its ancestors."""
        names = {part.name}
        while part.parent is not None:
            part = self.stage.parts[part.parent]
            names.add(part.name)
        return names

    def _paint_plate(self) -> _Canvas:
        """Paint all parts behind the first moving part; these parts never change and are painted once."""
        canvas = _Canvas(self.stage)
        states = self._states(0.0)
        darkened = False
        for index, part in enumerate(self.parts):
            if not part.scenery and not darkened:
                canvas.pixels *= self.stage.vignette
                darkened = True
            if index < self._still_parts:
                self._paint(canvas, index, states)
        return canvas

    def _paint(self, canvas: _Canvas, index: int, states: dict[str, State]) -> None:
        part = self.parts[index]
        state = states[part.name]
        if part.shadow and part.parent is None:
            canvas.put(self.stage.shadow, self._shadow_matrix(part, state), state.opacity, None)
        if state.opacity < _HIDDEN:
            return
        owner = _BACKGROUND if part.scenery else index
        matrix = self.stage.to_pixels @ self._matrix(part, states)
        limits = None if part.shown_in is None else self.stage.window_in_pixels(part.shown_in)
        canvas.put(self._texture(part, state), matrix, state.opacity, owner, limits)

    def _texture(self, part: Part, state: State) -> Texture:
        plain = self.stage.textures[part.name]
        if state.tint is None or not state.tint_share:
            return plain
        other = self.stage.texture_in(part.name, state.tint)
        share = np.float32(state.tint_share)
        return Texture(plain.pixels * (1 - share) + other.pixels * share, plain.corner, plain.density)

    def _states(self, u: float) -> dict[str, State]:
        states = {part.name: State(partial(self._way_out, part), opacity=part.opacity) for part in self.parts}
        for motion in self.action.motions:
            if motion.part in states:
                motion.apply(states[motion.part], u)
        return states

    def _way_out(self, part: Part, edge: Edge) -> Point:
        """Return the shift that moves an object across an edge to just outside the image."""
        view, reach, (x, y) = self.stage.view, self.stage.reach_of(part), part.at
        return {
            Edge.LEFT: (view.left - reach - x, 0.0),
            Edge.RIGHT: (view.right + reach - x, 0.0),
            Edge.TOP: (0.0, view.top - reach - y),
            Edge.BOTTOM: (0.0, view.bottom + reach - y),
        }[edge]

    def _matrix(self, part: Part, states: dict[str, State]) -> Matrix:
        """Return the matrix that converts the part's coordinates to stage coordinates."""
        state = states[part.name]
        angle = radians(part.degrees + state.degrees)
        across, down = part.scale * state.scale_x, part.scale * state.scale_y
        x, y = part.at[0] + state.x, part.at[1] + state.y - state.lift
        own = np.array(
            [
                [cos(angle) * across, -sin(angle) * down, x],
                [sin(angle) * across, cos(angle) * down, y],
                [0.0, 0.0, 1.0],
            ]
        )
        if part.parent is None:
            return own
        return np.asarray(self._matrix(self.stage.parts[part.parent], states) @ own)

    def _shadow_matrix(self, part: Part, state: State) -> Matrix:
        width = part.shadow * state.scale_x / (1 + 2.5 * max(state.lift, 0.0))
        x, y = part.at[0] + state.x, part.at[1] + state.y + part.ground
        return np.asarray(
            self.stage.to_pixels @ np.array([[width, 0.0, x], [0.0, width, y], [0.0, 0.0, 1.0]])
        )

    def _dim(self, canvas: _Canvas, u: float) -> None:
        for motion in self._light:
            share = np.float32(motion.progress(u))
            canvas.pixels *= 1 - share + share * np.float32(motion.level) * colour(motion.to)
