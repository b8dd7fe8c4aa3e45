"""Interprets the display matrix and the pixel aspect ratio; players use both to rotate and scale a picture.

Source: ISO/IEC 14496-12, 8.3.2 (tkhd) and 12.1.4 (pasp); ITU-T H.264, E.2.1 (sample aspect ratio).
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from benchmark.video.faults import UnreadableVideo, VideoFault

_ONE = 1 << 16  # 16.16 fixed point; the third column of the matrix is in 2.30 fixed point
_ONE_W = 1 << 30
# No camera or tape format has pixels with a larger ratio than 2:1.
_MAX_RATIO = 4


class Orientation(Enum):
    """The eight ways to rotate or mirror a picture.

    Values: the coefficients (a, b, c, d) of x' = ax + cy, y' = bx + dy.
    """

    UPRIGHT = (1, 0, 0, 1)
    MIRRORED = (-1, 0, 0, 1)
    UPSIDE_DOWN = (-1, 0, 0, -1)
    FLIPPED = (1, 0, 0, -1)
    TRANSPOSED = (0, 1, 1, 0)
    CLOCKWISE = (0, 1, -1, 0)
    ANTI_TRANSPOSED = (0, -1, -1, 0)
    COUNTERCLOCKWISE = (0, -1, 1, 0)

    @property
    def swaps_sides(self) -> bool:
        """Whether the orientation swaps width and height."""
        return bool(self.value[1])


@dataclass(frozen=True)
class DisplayMatrix:
    """The 3x3 display matrix of a file, row by row as in the track header: a b u, c d v, x y w."""

    values: tuple[int, ...]

    @classmethod
    def identity(cls) -> "DisplayMatrix":
        return cls((_ONE, 0, 0, 0, _ONE, 0, 0, 0, _ONE_W))

    @property
    def is_identity(self) -> bool:
        return self == DisplayMatrix.identity()

    @property
    def orientation(self) -> Orientation | None:
        """The orientation, without translation; None if the matrix scales or skews the picture."""
        a, b, u, c, d, v, _x, _y, w = self.values
        if (u, v, w) != (0, 0, _ONE_W) or any(value % _ONE for value in (a, b, c, d)):
            return None
        signs = (a // _ONE, b // _ONE, c // _ONE, d // _ONE)
        return next((each for each in Orientation if each.value == signs), None)


def pixel_ratio(container: Fraction | None, bitstream: Fraction | None) -> Fraction:
    """Return a pixel's width divided by its height.

    Like video players, the function prefers the container's value to the bitstream's value.

    Raises:
        UnreadableVideo: container and bitstream contradict each other, or the ratio is implausible.
    """
    said = container or bitstream or Fraction(1)
    if bitstream not in (None, 0, 1, said):
        raise UnreadableVideo(
            VideoFault.PIXEL_RATIO,
            f"The file states a pixel ratio of {said}, but the video in it states {bitstream}.",
        )
    if not Fraction(1, _MAX_RATIO) <= said <= _MAX_RATIO:
        raise UnreadableVideo(
            VideoFault.PIXEL_RATIO,
            f"The file states an implausible pixel ratio: {said} times as wide as high.",
        )
    return said


def square_size(width: int, height: int, ratio: Fraction) -> tuple[int, int]:
    """Return width and height in square pixels.

    The function enlarges the width or the height, and never reduces a side.

    >>> square_size(128, 96, Fraction(3, 2)), square_size(128, 96, Fraction(1, 2))
    ((192, 96), (128, 192))
    """
    return (round(width * ratio), height) if ratio >= 1 else (width, round(height / ratio))
