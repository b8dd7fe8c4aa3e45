"""Renders rain, snow and petals as many small drops that fall through the image."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.motions import Fall, Weather
from benchmark.scenes.outlines import curve, ellipse, stroke
from benchmark.scenes.shapes import Part, luminous
from benchmark.scenes.states import View
from benchmark.scenes.styles import Style
from benchmark.scenes.textures import Texture, draw_part

_DROP_PIXELS_PER_HEIGHT = 640.0


@dataclass(frozen=True)
class _Habit:
    """The parameters of one kind of weather.

    `fall` is the distance that a drop falls per clip, in image heights.
    """

    fall: float
    drift: float
    opacity: float
    degrees: float
    tilt: float
    smallest: float


_HABITS = {
    Weather.RAIN: _Habit(fall=3.0, drift=-0.45, opacity=0.75, degrees=0.0, tilt=8.5, smallest=0.7),
    Weather.SNOW: _Habit(fall=1.15, drift=-0.10, opacity=0.95, degrees=0.0, tilt=0.0, smallest=0.4),
    Weather.PETALS: _Habit(fall=1.2, drift=0.25, opacity=1.0, degrees=260.0, tilt=0.0, smallest=0.6),
}


@dataclass(frozen=True, eq=False)
class Drop:
    """One drop at one moment of the clip.

    `matrix` converts the drop's coordinates to coordinates of the stage.
    """

    texture: Texture
    matrix: NDArray[np.float64]
    opacity: float


class Shower:
    """All drops of one kind of weather during a clip. No drop is visible at the start of the clip."""

    def __init__(self, motion: Fall, view: View, seed: int) -> None:
        rng = np.random.default_rng([seed, motion.count])
        self._motion = motion
        self._habit = _HABITS[motion.weather]
        self._texture = _drop_texture(motion.weather)
        count = motion.count
        self._size = rng.uniform(self._habit.smallest, 1.0, count)
        self._x = rng.uniform(view.left - 0.3, view.right + 0.3, count)
        # Larger drops are nearer and fall faster. All drops start above the image.
        self._speed = self._habit.fall * (0.55 + 0.45 * self._size)
        self._y = view.top - 0.06 - rng.uniform(0, 1, count) * (self._speed - 0.15)
        self._turn = rng.uniform(0, 360, count)

    def drops(self, u: float) -> Iterator[Drop]:
        share = self._motion.progress(u)
        if share == 0.0:
            return
        habit = self._habit
        for x0, y0, size, speed, turn in zip(
            self._x, self._y, self._size, self._speed, self._turn, strict=True
        ):
            sway = 0.02 * sin(turn + 5 * share) if habit.degrees else 0.0
            x, y = x0 + habit.drift * speed * share / habit.fall + sway, y0 + speed * share
            angle = radians(habit.tilt + (turn + habit.degrees * share if habit.degrees else 0.0))
            a, b = size * cos(angle), size * sin(angle)
            yield Drop(self._texture, np.array([[a, -b, x], [b, a, y], [0, 0, 1]]), habit.opacity)


@lru_cache
def _drop_texture(weather: Weather) -> Texture:
    shapes = {
        Weather.RAIN: luminous("#cfdbe8", stroke(0.006, "0,-.05 0,.05", taper=0.6)),
        Weather.SNOW: luminous("#fbfcff", ellipse(0, 0, 0.012)),
        Weather.PETALS: luminous("#f0a3b8", curve("0,-.024 .015,0 0,.026 -.015,0")),
    }
    return draw_part(Part(weather.value, (shapes[weather],)), Style.FLAT, 0, _DROP_PIXELS_PER_HEIGHT / 2)
