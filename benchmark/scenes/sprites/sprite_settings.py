"""Defines the settings of sprite clips: size, length and the share of pixels that stay static."""

from dataclasses import dataclass
from math import sqrt

# A sprite covers about this share of its bounding square, on average over the shapes.
_MEAN_FILL = 0.6
# The distances of moves, in sides of a sprite: "a little" and "far".
LITTLE, FAR = 0.5, 1.2
# During a move, a sprite crosses its own area, plus its mean height times the distance.
_MEAN_SWEPT = _MEAN_FILL + 0.8 * (LITTLE + FAR) / 2


@dataclass(frozen=True)
class SpriteSettings:
    """Settings of sprite clips.

    Attributes:
        side: side of the square frames in pixels.
        frames: frames per clip, at least 2.
        static_share: mean share of pixels that no sprite crosses during the clip, from 0.8 to 0.98.
        enter_share: share of requests in which a new object enters.

    Raises:
        ValueError: a setting is out of range.
    """

    side: int = 32
    frames: int = 8
    static_share: float = 0.92
    enter_share: float = 0.25

    def __post_init__(self) -> None:
        if not 0.8 <= self.static_share <= 0.98:
            raise ValueError(f"static_share is {self.static_share}; expected 0.8 to 0.98")
        if self.side < 16 or self.frames < 2 or not 0 <= self.enter_share <= 1:
            raise ValueError(
                f"side {self.side}, frames {self.frames}, enter_share {self.enter_share}; expected a side "
                "of at least 16, at least 2 frames and a share from 0 to 1"
            )

    @property
    def sprite_side(self) -> float:
        """Side of a sprite's bounding square as a share of the frame's side."""
        return sqrt((1 - self.static_share) / _MEAN_SWEPT)


# The clips of the re-test (docs/reproduction.md), for its export, its contact sheet and the workers.
RETEST_SPRITES = SpriteSettings(static_share=0.88)
