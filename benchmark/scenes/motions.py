"""What an action does to a part over time.

Every motion is nothing at the start of the clip (u = 0), so frame 0 of every action is the still image.
Motions of one part add up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import pi, sin

from benchmark.scenes.outlines import Point


class Promise(StrEnum):
    """What an action can be tested for."""

    # Turns, shifts and scalings of what the still image shows: the flow explains every pixel seen twice.
    MOVES = "moves"
    ENTERS = "enters"
    FADES = "fades"
    RECOLOURS = "recolours"
    LIGHT = "light"
    WEATHER = "weather"


class Edge(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True)
class View:
    """The part of the stage a picture shows, in picture heights."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass
class State:
    """How far a part is from its rest at one moment.

    Attributes:
        x, y: shift along the ground or in the plane of the picture; the part's shadow follows.
        lift: height above the ground; the shadow stays below.
        tint, tint_share: another colour and how much of the way to it.
        way_out: the shift that brings the part just out of the view over an edge.
    """

    way_out: Callable[[Edge], Point]
    x: float = 0.0
    y: float = 0.0
    lift: float = 0.0
    degrees: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    opacity: float = 1.0
    tint: str | None = None
    tint_share: float = 0.0


def eased(u: float) -> float:
    """Return a gentle start and stop that never rests in between; 0 at 0 and 1 at 1."""
    return 0.55 * u + 0.45 * u * u * (3 - 2 * u)


@dataclass(frozen=True)
class Motion:
    """Base of all motions: one part, between two moments of the clip (0 is its start, 1 its end)."""

    part: str
    start: float = 0.0
    end: float = 1.0

    promise = Promise.MOVES

    def progress(self, u: float) -> float:
        return min(max((u - self.start) / (self.end - self.start), 0.0), 1.0)

    def apply(self, state: State, u: float) -> None:
        """Add this motion at time `u` in [0, 1] to the state."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Shift(Motion):
    """Go by (x, y); `hop` is the height of an arc on the way, `lift` a rise that leaves the shadow behind."""

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
    """Turn clockwise about the part's origin."""

    degrees: float

    def apply(self, state: State, u: float) -> None:
        state.degrees += self.degrees * eased(self.progress(u))


@dataclass(frozen=True, kw_only=True)
class Grow(Motion):
    """Scale about the part's origin, to these factors at the end."""

    x: float
    y: float

    def apply(self, state: State, u: float) -> None:
        share = eased(self.progress(u))
        state.scale_x *= 1 + (self.x - 1) * share
        state.scale_y *= 1 + (self.y - 1) * share


@dataclass(frozen=True, kw_only=True)
class Swing(Motion):
    """Turn to and fro; ends where it began after whole cycles."""

    degrees: float
    cycles: float = 1.0

    def apply(self, state: State, u: float) -> None:
        state.degrees += self.degrees * sin(2 * pi * self.cycles * self.progress(u))


@dataclass(frozen=True, kw_only=True)
class Bob(Motion):
    """Move to and fro by (x, y)."""

    by: Point
    cycles: float = 1.0

    def apply(self, state: State, u: float) -> None:
        wave = sin(2 * pi * self.cycles * self.progress(u))
        state.x += self.by[0] * wave
        state.y += self.by[1] * wave


@dataclass(frozen=True, kw_only=True)
class Flap(Motion):
    """Narrow and widen about the part's origin, as wings do; `x` and `y` are the narrowest factors."""

    x: float = 1.0
    y: float = 1.0
    cycles: float = 2.0

    def apply(self, state: State, u: float) -> None:
        narrow = sin(pi * self.cycles * self.progress(u)) ** 2
        state.scale_x *= 1 + (self.x - 1) * narrow
        state.scale_y *= 1 + (self.y - 1) * narrow


@dataclass(frozen=True, kw_only=True)
class Enter(Motion):
    """Bring an entrant from outside the picture to its place."""

    edge: Edge
    hop: float = 0.0
    hops: int = 1

    promise = Promise.ENTERS

    def apply(self, state: State, u: float) -> None:
        share = self.progress(u)
        x, y = state.way_out(self.edge)
        state.x += x * (1 - share)
        state.y += y * (1 - share)
        state.lift += self.hop * abs(sin(pi * self.hops * share))


@dataclass(frozen=True, kw_only=True)
class Leave(Motion):
    """Take a part out of the picture over an edge."""

    edge: Edge
    hop: float = 0.0
    hops: int = 1

    def apply(self, state: State, u: float) -> None:
        share = eased(self.progress(u))
        x, y = state.way_out(self.edge)
        state.x += x * share
        state.y += y * share
        state.lift += self.hop * abs(sin(pi * self.hops * share))


@dataclass(frozen=True, kw_only=True)
class Fade(Motion):
    """Change the part's opacity; a hidden part appears, a halo lights up or goes out."""

    to: float

    promise = Promise.FADES

    def apply(self, state: State, u: float) -> None:
        share = self.progress(u)
        state.opacity += (self.to - state.opacity) * share


@dataclass(frozen=True, kw_only=True)
class Tint(Motion):
    """Change the part's colour and keep its shading."""

    to: str

    promise = Promise.RECOLOURS

    def apply(self, state: State, u: float) -> None:
        state.tint = self.to
        state.tint_share = self.progress(u)


@dataclass(frozen=True, kw_only=True)
class Dim(Motion):
    """Change the light of the whole scene; halos and other glowing parts keep theirs. `part` is "" here."""

    to: str
    level: float

    promise = Promise.LIGHT

    def apply(self, state: State, u: float) -> None:
        """The light is no part's state; the renderer asks `progress`."""


class Weather(StrEnum):
    RAIN = "rain"
    SNOW = "snow"
    PETALS = "petals"


@dataclass(frozen=True, kw_only=True)
class Fall(Motion):
    """Let rain, snow or petals come down from above the picture. `part` is "" here."""

    weather: Weather
    count: int = 110

    promise = Promise.WEATHER

    def apply(self, state: State, u: float) -> None:
        """The weather is no part's state; the renderer draws it on top."""
