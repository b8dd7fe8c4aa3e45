"""Requests: what the prompt of a sprite clip asks for, and the prompt's words."""

from dataclasses import dataclass
from enum import StrEnum


class RequestKind(StrEnum):
    """Whether the prompt asks an object of the image to move, or a new object to enter."""

    MOVES = "moves"
    ENTERS = "enters"


class Direction(StrEnum):
    """The direction in which the object named in the prompt travels."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"

    @property
    def vector(self) -> tuple[float, float]:
        """The unit vector (x, y); y points down."""
        return _VECTORS[self]

    @property
    def edge(self) -> str:
        """The edge of the frame from which an object that travels in this direction enters."""
        return {"left": "right", "right": "left", "up": "bottom", "down": "top"}[self]


_VECTORS = {
    Direction.LEFT: (-1.0, 0.0),
    Direction.RIGHT: (1.0, 0.0),
    Direction.UP: (0.0, -1.0),
    Direction.DOWN: (0.0, 1.0),
}


class Amount(StrEnum):
    """How far an object moves."""

    LITTLE = "little"
    FAR = "far"


@dataclass(frozen=True)
class Request:
    """What a prompt asks for.

    Attributes:
        kind: whether an object of the image moves or a new object enters.
        asked: the index, in the clip's masks, of the object that the prompt names. An object that enters has
            the last index.
        direction: the direction in which the object travels.
        displacement: distance in pixels between the object's positions in the first and in the last frame.
        amount: the word for the distance; None if the object enters.
    """

    kind: RequestKind
    asked: int
    direction: Direction
    displacement: float
    amount: Amount | None = None

    def prompt(self, name: str) -> str:
        """Return the prompt; `name` is the object's name, such as "red circle"."""
        if self.kind is RequestKind.ENTERS:
            return f"a {name} enters from the {self.direction.edge}"
        return f"the {name} moves {self.direction} {'a little' if self.amount is Amount.LITTLE else 'far'}"

    @property
    def slug(self) -> str:
        """A short name of the request, for file names."""
        parts = [self.kind, str(self.asked), self.direction, *([self.amount] if self.amount else [])]
        return "-".join(parts)
