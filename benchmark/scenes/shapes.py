"""Shapes, which are cut from outlines, and parts, which are groups of shapes that move together."""

from dataclasses import dataclass, replace
from enum import StrEnum

from benchmark.scenes.outlines import Outline, Point


class Finish(StrEnum):
    """How the surface of a shape reflects light; each style renders it in its own way."""

    MATTE = "matte"
    GLOSSY = "glossy"
    # Not affected by light: lamps, eyes, screens.
    LUMINOUS = "luminous"
    # A soft glow around the outline's centre, added to the pixels behind it.
    HALO = "halo"
    # Fine lines and marks without relief.
    MARK = "mark"


@dataclass(frozen=True, eq=False)
class Shape:
    """One piece of one colour.

    Attributes:
        outlines: filled by the even-odd rule.
        relief: the width of the curved rim, in image heights; 0 is flat.
        foot: the colour at the lower edge of a gradient; None for a single colour.
        opacity: 1 is opaque; glass and water have less.
    """

    colour: str
    outlines: tuple[Outline, ...]
    finish: Finish = Finish.MATTE
    relief: float = 0.03
    foot: str | None = None
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Part:
    """A group of shapes that moves as one: drawn once as a texture, then placed by a transform.

    Attributes:
        at: the position of its origin, in the parent's coordinates or, without a parent, in the image.
        parent: the name of the part that it is attached to.
        degrees: the rotation at rest, clockwise about the origin.
        opacity: at rest; a part with 0 is visible only in some actions, such as a halo.
        entrant: the part is outside the image until an action brings it in.
        shadow: the width of its soft shadow on the ground; 0 for none.
        ground: the distance of the shadow below the origin.
        scenery: the part belongs to the background and never moves.
        shown_in: (left, top, right, bottom) of the stage; clips the part, such as at a waterline.
        glows: the part is not affected by the light of the scene.
    """

    name: str
    shapes: tuple[Shape, ...]
    at: Point = (0.0, 0.0)
    parent: str | None = None
    degrees: float = 0.0
    scale: float = 1.0
    opacity: float = 1.0
    entrant: bool = False
    shadow: float = 0.0
    ground: float = 0.0
    scenery: bool = False
    glows: bool = False
    shown_in: tuple[float, float, float, float] | None = None


def paint(
    colour: str,
    *outlines: Outline,
    finish: Finish = Finish.MATTE,
    relief: float = 0.03,
    foot: str | None = None,
    opacity: float = 1.0,
) -> Shape:
    """Return a shape of these outlines."""
    return Shape(colour, outlines, finish, relief, foot, opacity)


def gloss(colour: str, *outlines: Outline, relief: float = 0.04, foot: str | None = None) -> Shape:
    return Shape(colour, outlines, Finish.GLOSSY, relief, foot)


def mark(colour: str, *outlines: Outline) -> Shape:
    return Shape(colour, outlines, Finish.MARK, 0.0)


def luminous(colour: str, *outlines: Outline) -> Shape:
    return Shape(colour, outlines, Finish.LUMINOUS, 0.01)


def halo(colour: str, outline: Outline) -> Shape:
    return Shape(colour, (outline,), Finish.HALO, 0.0)


def shifted(shapes: tuple[Shape, ...], x: float, y: float, scale: float = 1.0) -> tuple[Shape, ...]:
    """Return the shapes scaled about the origin, then moved."""
    return tuple(
        replace(s, outlines=tuple(o * scale + (x, y) for o in s.outlines), relief=s.relief * scale)
        for s in shapes
    )


def flipped(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return the shapes mirrored left to right; the light still comes from the left."""
    return tuple(replace(s, outlines=tuple(o * (-1.0, 1.0) for o in s.outlines)) for s in shapes)
