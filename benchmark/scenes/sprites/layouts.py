"""Layouts: the objects of an image, and the requests that leave every object inside the frame."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmark.scenes.sprites.splits import Split, allowed_names, allows_move, object_counts
from benchmark.scenes.sprites.sprite_requests import Amount, Direction, Request, RequestKind
from benchmark.scenes.sprites.sprite_settings import FAR, LITTLE, SpriteSettings

_DISTANCES = {Amount.LITTLE: LITTLE, Amount.FAR: FAR}
_ATTEMPTS = 200
# Centres of two objects are at least this many sprite sides apart, also after a move.
_GAP = 1.05
# A new object moves into the frame and stops when its centre is this many sprite sides inside.
_DEPTH = 0.7


@dataclass(frozen=True)
class Sprite:
    """One object: its colour, its shape, and its centre (x, y) in shares of the frame's side."""

    colour: str
    shape: str
    centre: tuple[float, float]

    @property
    def name(self) -> str:
        return f"{self.colour} {self.shape}"


@dataclass(frozen=True)
class Layout:
    """The objects of an image, and the seed of the image's background."""

    sprites: tuple[Sprite, ...]
    background: int


def random_layout(rng: np.random.Generator, settings: SpriteSettings, split: Split | None) -> Layout:
    """Return objects with different colours that do not touch; `split` is None for training clips."""
    count = int(rng.choice(object_counts(split)))
    centres = _centres(rng, count, settings.sprite_side)
    names: list[tuple[str, str]] = []
    for _ in centres:
        free = [name for name in allowed_names(split) if name[0] not in {colour for colour, _ in names}]
        names.append(free[int(rng.integers(len(free)))])
    sprites = tuple(Sprite(*name, centre) for name, centre in zip(names, centres, strict=True))
    return Layout(sprites, int(rng.integers(2**31)))


def move_requests(layout: Layout, settings: SpriteSettings, split: Split | None) -> list[Request]:
    """Return all moves after which the objects are inside the frame and do not touch."""
    is_allowed, size = allows_move(split), settings.sprite_side
    requests = []
    for index, sprite in enumerate(layout.sprites):
        for direction in Direction:
            for amount, sides in _DISTANCES.items():
                end = _moved(sprite.centre, direction, sides * size)
                is_inside = all(size / 2 <= value <= 1 - size / 2 for value in end)
                path = (sprite.centre, end)
                if is_inside and is_allowed(sprite.shape, direction) and _is_clear(layout, path, size, index):
                    shift = sides * size * settings.side
                    requests.append(Request(RequestKind.MOVES, index, direction, shift, amount))
    return requests


def enter_requests(layout: Layout, settings: SpriteSettings) -> Iterator[tuple[Request, tuple[float, float]]]:
    """Yield each possible entry: the request, and the centre of the new object in the first frame.

    An object enters at the middle of an edge, and its path must be clear.
    """
    size = settings.sprite_side
    # In the first frame, the object is one pixel outside the frame, so that not even its blurred rim shows.
    outside = size / 2 + 1 / settings.side
    travel = outside + _DEPTH * size
    for direction in Direction:
        x, y = direction.vector
        start = (0.5 - x * (0.5 + outside), 0.5 - y * (0.5 + outside))
        if _is_clear(layout, (start, _moved(start, direction, travel)), size, None):
            yield Request(RequestKind.ENTERS, len(layout.sprites), direction, travel * settings.side), start


def new_names(layout: Layout, split: Split | None) -> list[tuple[str, str]]:
    """Return (colour, shape) of each object that can enter; its colour must not occur in the image."""
    shown = {sprite.colour for sprite in layout.sprites}
    return [name for name in allowed_names(split) if name[0] not in shown]


def _centres(rng: np.random.Generator, count: int, size: float) -> list[tuple[float, float]]:
    """Return centres that are far enough apart: `count`, or fewer if the objects are too large.

    Raises:
        RuntimeError: not even two objects fit into the frame.
    """
    low, high = size / 2, 1 - size / 2
    for _ in range(_ATTEMPTS):
        points = rng.uniform(low, high, (count, 2))
        gaps = np.abs(points[:, None] - points[None]).max(axis=2) + 2 * np.eye(count)
        if gaps.min() >= _GAP * size:
            return [(float(x), float(y)) for x, y in points]
    if count > 2:
        return _centres(rng, count - 1, size)
    raise RuntimeError(f"two objects of side {size:.2f} do not fit into the frame; raise static_share")


def _moved(centre: tuple[float, float], direction: Direction, distance: float) -> tuple[float, float]:
    x, y = direction.vector
    return centre[0] + x * distance, centre[1] + y * distance


def _is_clear(
    layout: Layout,
    path: tuple[tuple[float, float], tuple[float, float]],
    size: float,
    moving: int | None,
) -> bool:
    """Whether a sprite on a straight path along an axis touches no other object."""
    (x0, y0), (x1, y1) = path
    for index, sprite in enumerate(layout.sprites):
        x, y = sprite.centre
        across = max(min(x0, x1) - x, x - max(x0, x1), 0.0)
        along = max(min(y0, y1) - y, y - max(y0, y1), 0.0)
        if index != moving and max(across, along) < _GAP * size * 0.95:
            return False
    return True
