"""Defines motions, which describe how a part of a scene changes over time.

At the start of the clip (u = 0) no motion changes anything, so frame 0 of every clip is the still image. If a
part has several motions, their displacements are added.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from math import pi, sin

from benchmark.scenes.outlines import Point
from benchmark.scenes.states import Edge, State


class Promise(StrEnum):
    """A testable property of a motion."""

    # The kinds of motion that rotate, shift or scale visible parts. Their flow is exact for every pixel that
    # is visible in both frames.
    MOVES = "moves"
    ENTERS = "enters"
    FADES = "fades"
    RECOLOURS = "recolours"
    LIGHT = "light"
    WEATHER = "weather"


def eased(u: float) -> float:
    """Return the value at `u` of an ease-in-out curve from (0, 0) to (1, 1); the slope is never 0."""
    return 0.55 * u + 0.45 * u * u * (3 - 2 * u)


@dataclass(frozen=True)
class Motion(ABC):
    """The base class of all motions.

    A motion changes one part of a scene over time. The clip starts at time 0 and ends at time 1.
    """

    part: str
    start: float = 0.0
    end: float = 1.0

    promise = Promise.MOVES

    def progress(self, u: float) -> float:
        return min(max((u - self.start) / (self.end - self.start), 0.0), 1.0)

    @abstractmethod
    def apply(self, state: State, u: float) -> None:
        """Apply this motion at time `u` in [0, 1] to the part's state."""


@dataclass(frozen=True, kw_only=True)
class Shift(Motion):
    """Move the part by (x, y) on an arc of height `hop`, and raise it by `lift` above its shadow."""

    by: Point = (0.0, 0.0)
    hop: float = 0.0
    hops: int = 1
    lift: float = 0.0

    def apply(self, state: State, u: float) -> None:
        share = eased(self.progress(u))
        state.x += self.by[0] * share
        state.y += self.by[1] * share
        state.lift += self.lift * share + self.hop * abs(sin(pi * self.hops * share))


@dataclass(frozen=True, kw_only=True)
class Turn(Motion):
    """Turn the part clockwise about its origin."""

    degrees: float

    def apply(self, state: State, u: float) -> None:
        state.degrees += self.degrees * eased(self.progress(u))


@dataclass(frozen=True, kw_only=True)
class Grow(Motion):
    """Scale the part about its origin. `x` and `y` are the scale factors at the end of the clip."""

    x: float
    y: float

    def apply(self, state: State, u: float) -> None:
        share = eased(self.progress(u))
        state.scale_x *= 1 + (self.x - 1) * share
        state.scale_y *= 1 + (self.y - 1) * share


@dataclass(frozen=True, kw_only=True)
class Swing(Motion):
    """Rotate the part back and forth. After each whole cycle, the part is in its rest position again."""

    degrees: float
    cycles: float = 1.0

    def apply(self, state: State, u: float) -> None:
        state.degrees += self.degrees * sin(2 * pi * self.cycles * self.progress(u))


@dataclass(frozen=True, kw_only=True)
class Bob(Motion):
    """Move a part of a scene back and forth by the offset (x, y)."""

    by: Point
    cycles: float = 1.0

    def apply(self, state: State, u: float) -> None:
        wave = sin(2 * pi * self.cycles * self.progress(u))
        state.x += self.by[0] * wave
        state.y += self.by[1] * wave


@dataclass(frozen=True, kw_only=True)
class Flap(Motion):
    """Repeatedly scale the part down and up about its origin. `x` and `y` are the smallest scale factors."""

    x: float = 1.0
    y: float = 1.0
    cycles: float = 2.0

    def apply(self, state: State, u: float) -> None:
        narrow = sin(pi * self.cycles * self.progress(u)) ** 2
        state.scale_x *= 1 + (self.x - 1) * narrow
        state.scale_y *= 1 + (self.y - 1) * narrow


@dataclass(frozen=True, kw_only=True)
class Crossing(Motion):
    """Base of `Enter` and `Leave`: the part crosses an edge of the image in `hops` arcs of height `hop`."""

    edge: Edge
    hop: float = 0.0
    hops: int = 1

    def go(self, state: State, share_outside: float, share_of_way: float) -> None:
        x, y = state.way_out(self.edge)
        state.x += x * share_outside
        state.y += y * share_outside
        state.lift += self.hop * abs(sin(pi * self.hops * share_of_way))


@dataclass(frozen=True, kw_only=True)
class Enter(Crossing):
    """Move a part from outside the image to its rest position in the image."""

    promise = Promise.ENTERS

    def apply(self, state: State, u: float) -> None:
        share = self.progress(u)
        self.go(state, 1 - share, share)


@dataclass(frozen=True, kw_only=True)
class Leave(Crossing):
    """Move a part out of the image."""

    def apply(self, state: State, u: float) -> None:
        share = eased(self.progress(u))
        self.go(state, share, share)


@dataclass(frozen=True, kw_only=True)
class Fade(Motion):
    """Change the part's opacity, for example to show a hidden part or to switch off a halo."""

    to: float

    promise = Promise.FADES

    def apply(self, state: State, u: float) -> None:
        share = self.progress(u)
        state.opacity += (self.to - state.opacity) * share


@dataclass(frozen=True, kw_only=True)
class Tint(Motion):
    """Change the part's colour, but not the shading."""

    to: str

    promise = Promise.RECOLOURS

    def apply(self, state: State, u: float) -> None:
        state.tint = self.to
        state.tint_share = self.progress(u)


@dataclass(frozen=True)
class WholePicture(Motion):
    """Base of motions that change the whole image. `FramePainter` reads the `progress` of such a motion."""

    part: str = ""

    def apply(self, state: State, u: float) -> None:
        """Do nothing, because a motion of the whole image does not change a single part."""


@dataclass(frozen=True, kw_only=True)
class Dim(WholePicture):
    """Change the light of the scene. Halos and other glowing parts keep their brightness."""

    to: str
    level: float

    promise = Promise.LIGHT


class Weather(StrEnum):
    RAIN = "rain"
    SNOW = "snow"
    PETALS = "petals"


@dataclass(frozen=True, kw_only=True)
class Fall(WholePicture):
    """Add falling rain, snow or petals."""

    weather: Weather
    count: int = 110

    promise = Promise.WEATHER
