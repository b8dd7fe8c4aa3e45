"""Splits of the held-out clips; each split has something new that no training clip contains."""

from collections.abc import Callable
from enum import StrEnum

from benchmark.scenes.sprites.sprite_requests import Direction
from benchmark.scenes.sprites.words import COLOURS, SHAPES

# Number of objects in an image of the split `crowd`.
CROWD = 4
_COLOURS, _DIRECTIONS = tuple(COLOURS), tuple(Direction)


class Split(StrEnum):
    """What is new in a held-out clip, in addition to the layout.

    - `layout`: only the layout
    - `colour`: pairs of colour and shape that no training clip shows
    - `verb`: the object moves in a direction in which no training clip moves an object of this shape
    - `crowd`: four objects; training clips have two or three
    """

    LAYOUT = "layout"
    COLOUR = "colour"
    VERB = "verb"
    CROWD = "crowd"


def is_new_colour(colour: str, shape: str) -> bool:
    """Whether no training clip shows this shape in this colour; true for 6 of the 42 combinations."""
    return (_COLOURS.index(colour) - SHAPES.index(shape)) % len(_COLOURS) == 0


def is_new_verb(shape: str, direction: Direction) -> bool:
    """Whether no training clip moves this shape in this direction; true for one direction per shape."""
    return (SHAPES.index(shape) + _DIRECTIONS.index(direction)) % len(_DIRECTIONS) == 0


def object_counts(split: Split | None) -> tuple[int, ...]:
    """Return the possible numbers of objects; `split` is None for training clips."""
    return (CROWD,) if split is Split.CROWD else (2, 3)


def allowed_names(split: Split | None) -> list[tuple[str, str]]:
    """Return each (colour, shape) that clips of the split can show; `split` is None for training clips."""
    wanted = split is Split.COLOUR
    return [
        (colour, shape) for colour in COLOURS for shape in SHAPES if is_new_colour(colour, shape) is wanted
    ]


def allows_move(split: Split | None) -> Callable[[str, Direction], bool]:
    """Return a function that tells whether a prompt may ask a shape to move in a direction."""
    wanted = split is Split.VERB
    return lambda shape, direction: is_new_verb(shape, direction) is wanted
