"""What a picture is made of: shapes cut from outlines, joined to parts that can move."""

from dataclasses import dataclass, replace
from enum import StrEnum

from benchmark.scenes.outlines import Outline, Point


class Finish(StrEnum):
    """How the surface of a shape takes light; a style decides what that looks like."""

    MATTE = "matte"
    GLOSSY = "glossy"
    # Keeps its colour whatever the light: lamps, eyes, screens.
    LUMINOUS = "luminous"
    # A soft halo of light around the outline's centre, added to what lies behind it.
    HALO = "halo"
    # Fine lines and marks without relief.
    MARK = "mark"


@dataclass(frozen=True, eq=False)
class Shape:
    """One piece of one colour.

    Attributes:
        outlines: where they overlap an even number of times there is a hole.
        relief: how far from the edge the surface curves, in picture heights; 0 is flat.
        foot: colour the shape runs into towards its lower edge; None keeps one colour.
        opacity: 1 is solid; glass and water are less.
    """

    colour: str
    outlines: tuple[Outline, ...]
    finish: Finish = Finish.MATTE
    relief: float = 0.03
    foot: str | None = None
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Part:
    """A drawing that moves as one: drawn once as a texture, then placed by a transform.

    Attributes:
        at: where its origin lies, in the parent's coordinates or, without a parent, in the picture.
        parent: name of the part it is fixed to.
        degrees: turn at rest, clockwise about the origin.
        opacity: at rest; 0 is a part that shows only in some actions, such as a halo.
        entrant: stands outside the picture until an action brings it in.
        shadow: width of its soft shadow on the ground; 0 throws none.
        ground: how far below the origin the shadow lies.
        scenery: belongs to the background and never moves.
        shown_in: (left, top, right, bottom) of the stage; it is hidden outside, as below a waterline.
        glows: is drawn after the light of the scene changes, so darkness does not touch it.
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
    """Return the shapes with left and right exchanged; the light still comes from the left."""
    return tuple(replace(s, outlines=tuple(o * (-1.0, 1.0) for o in s.outlines)) for s in shapes)
