"""What an action does to a part over time.

Every motion is nothing at the start of the clip (u = 0), so frame 0 of every action is the still image.
Motions of one part add up.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from math import pi, sin

from benchmark.scenes.outlines import Point
from benchmark.scenes.states import Edge, State


class Promise(StrEnum):
    """What an action can be tested for."""

    # Turns, shifts and scalings of what the still image shows: the flow explains every pixel seen twice.
    MOVES = "moves"
    ENTERS = "enters"
    FADES = "fades"
    RECOLOURS = "recolours"
    LIGHT = "light"
    WEATHER = "weather"


def eased(u: float) -> float:
    """Return a gentle start and stop that never rests in between; 0 at 0 and 1 at 1."""
    return 0.55 * u + 0.45 * u * u * (3 - 2 * u)


@dataclass(frozen=True)
class Motion(ABC):
    """Base of all motions: one part, between two moments of the clip (0 is its start, 1 its end)."""

    part: str
    start: float = 0.0
    end: float = 1.0

    promise = Promise.MOVES

    def progress(self, u: float) -> float:
        return min(max((u - self.start) / (self.end - self.start), 0.0), 1.0)

    @abstractmethod
    def apply(self, state: State, u: float) -> None:
        """Add this motion at time `u` in [0, 1] to the state."""


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
class Crossing(Motion):
    """Base of the two motions over an edge of the picture; `hop` is the height of `hops` arcs on the way."""

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
    """Bring an entrant from outside the picture to its place."""

    promise = Promise.ENTERS

    def apply(self, state: State, u: float) -> None:
        share = self.progress(u)
        self.go(state, 1 - share, share)


@dataclass(frozen=True, kw_only=True)
class Leave(Crossing):
    """Take a part out of the picture."""

    def apply(self, state: State, u: float) -> None:
        share = eased(self.progress(u))
        self.go(state, share, share)


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


@dataclass(frozen=True)
class WholePicture(Motion):
    """Base of what happens to no part but to the picture; the painter asks for its `progress`."""

    part: str = ""

    def apply(self, state: State, u: float) -> None:
        """Leave every part as it is."""


@dataclass(frozen=True, kw_only=True)
class Dim(WholePicture):
    """Change the light of the scene; halos and other glowing parts keep theirs."""

    to: str
    level: float

    promise = Promise.LIGHT


class Weather(StrEnum):
    RAIN = "rain"
    SNOW = "snow"
    PETALS = "petals"


@dataclass(frozen=True, kw_only=True)
class Fall(WholePicture):
    """Let rain, snow or petals come down from above the picture."""

    weather: Weather
    count: int = 110

    promise = Promise.WEATHER
