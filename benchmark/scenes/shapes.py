"""Defines shapes (filled outlines) and parts (groups of shapes that move together)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from benchmark.scenes.outlines import Outline, Point


class Finish(StrEnum):
    """The kind of surface of a shape, which determines how the shape reflects light.

    Each style renders a finish differently.
    """

    MATTE = "matte"
    GLOSSY = "glossy"
    # A surface that light does not affect, such as lamps, eyes and screens.
    LUMINOUS = "luminous"
    # A soft glow around the outline's centre, added to the pixels behind the shape.
    HALO = "halo"
    # Fine lines and marks without relief.
    MARK = "mark"


@dataclass(frozen=True, eq=False)
class Shape:
    """A filled area of one colour or gradient.

    Attributes:
        outlines: the outlines, filled by the even-odd rule.
        relief: the width of the shape's curved rim, in image heights; 0 for a flat shape.
        foot: the colour at the lower edge of a shape with a gradient; None if the shape has a single colour.
        opacity: 1 is opaque; glass and water have lower values.
    """

    colour: str
    outlines: tuple[Outline, ...]
    finish: Finish = Finish.MATTE
    relief: float = 0.03
    foot: str | None = None
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Part:
    """A group of shapes that move together.

    The group is drawn once as a texture; for each frame, this texture is shifted, rotated and scaled.

    Attributes:
        at: the position of the part's origin, in the coordinates of the parent part; a part without parent
            uses the coordinates of the image.
        parent: the name of the part to which this part is attached.
        degrees: the rotation at rest, clockwise about the origin.
        opacity: the opacity at rest; a part with opacity 0, such as a halo, is visible only in some actions.
        entrant: true if the part is outside the image until an action moves the part into the image.
        shadow: the width of the part's soft shadow on the ground; 0 for no shadow.
        ground: the distance from the part's origin down to the shadow.
        scenery: true if the part belongs to the background and never moves.
        shown_in: (left, top, right, bottom) in stage coordinates; only the part's pixels inside this box are
            visible, for example above a waterline.
        glows: true if the light of the scene does not change the part's colours.
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
    """Return a shape with the given outlines."""
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
    """Scale shapes about the origin, then move them by (x, y); return the new shapes."""
    return tuple(
        replace(s, outlines=tuple(o * scale + (x, y) for o in s.outlines), relief=s.relief * scale)
        for s in shapes
    )


def flipped(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return the shapes mirrored left to right.

    The light on the mirrored shapes still comes from the left.
    """
    return tuple(replace(s, outlines=tuple(o * (-1.0, 1.0) for o in s.outlines)) for s in shapes)
