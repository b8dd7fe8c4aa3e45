"""Splits: what the held-out clips contain that the training clips never contain."""

from collections.abc import Callable
from enum import StrEnum

from benchmark.scenes.sprites.sprite_requests import Direction
from benchmark.scenes.sprites.words import COLOURS, SHAPES

# Number of objects in an image of the split `crowd`.
CROWD = 4
_COLOURS, _DIRECTIONS = tuple(COLOURS), tuple(Direction)


class Split(StrEnum):
    """What is new in a held-out clip. The layout is new in all of them.

    - `layout`: nothing else
    - `colour`: pairs of colour and shape that no training clip shows
    - `verb`: the asked object's shape moves in a direction in which it moves in no training clip
    - `crowd`: four objects; training clips have two or three
    """

    LAYOUT = "layout"
    COLOUR = "colour"
    VERB = "verb"
    CROWD = "crowd"


def is_new_colour(colour: str, shape: str) -> bool:
    """Whether no training clip shows this shape in this colour: 6 of 42 pairs."""
    return (_COLOURS.index(colour) - SHAPES.index(shape)) % len(_COLOURS) == 0


def is_new_verb(shape: str, direction: Direction) -> bool:
    """Whether this shape moves in this direction in no training clip: one direction a shape."""
    return (SHAPES.index(shape) + _DIRECTIONS.index(direction)) % len(_DIRECTIONS) == 0


def object_counts(split: Split | None) -> tuple[int, ...]:
    """Return the possible numbers of objects; None is the training data."""
    return (CROWD,) if split is Split.CROWD else (2, 3)


def allowed_names(split: Split | None) -> list[tuple[str, str]]:
    """Return the pairs of colour and shape that a clip of the split shows; None is the training data."""
    wanted = split is Split.COLOUR
    return [
        (colour, shape) for colour in COLOURS for shape in SHAPES if is_new_colour(colour, shape) is wanted
    ]


def allows_move(split: Split | None) -> Callable[[str, Direction], bool]:
    """Return the function that tells whether a shape may be asked to move in a direction."""
    wanted = split is Split.VERB
    return lambda shape, direction: is_new_verb(shape, direction) is wanted
