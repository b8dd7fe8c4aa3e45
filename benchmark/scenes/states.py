"""How far a part is from its rest at one moment, and the edges of the picture it may cross."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from benchmark.scenes.outlines import Point


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
