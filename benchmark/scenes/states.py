"""Defines two types: the displacement of a part from its rest position, and the visible area of the stage."""

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
    """The area of the stage that an image shows, in image heights."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass
class State:
    """The displacement of one part from its rest position, at one moment of the clip.

    Attributes:
        x, y: shift along the ground or in the image plane; the part's shadow moves by the same amount.
        lift: height above the ground; the shadow remains on the ground.
        tint, tint_share: a colour that is mixed into the part's colours, and the weight of the mixed-in
            colour.
        way_out: the shift that moves the part across an edge to just outside the view.
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
