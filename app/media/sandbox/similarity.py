"""Measures the similarity of frames and images on thumbnails of 64x64 pixels.

This module runs in a sandbox child.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.media.probe import UNREADABLE_INPUT_IMAGE
from app.media.sandbox.sandbox_errors import WorkRefused
from benchmark.image_display import displayed, open_image
from benchmark.video.pixels import rgb_pixels

_SIDE = 64
# The largest difference of a thumbnail pixel, in grey levels of 255, that coding noise alone can cause. In
# measurements, repeated images differ by at most 4 (x264, crf 28). The frames of the most static of 260 real
# clips differ by 10.
_STATIC_LEVELS = 6


class FrameComparison:
    """Compares each frame of a clip with the first frame and with the input image.

    Frames must be added in display order.
    """

    def __init__(self, input_image: Path | None) -> None:
        self._input_image = input_image
        self._first: NDArray[np.int16] | None = None
        self.is_static = True
        self.first_frame_distance: float | None = None

    def add(self, frame: Any) -> None:
        grey = _grey(frame)
        if self._first is None:
            self._first = grey
            if self._input_image is not None:
                self.first_frame_distance = distance_to_image(frame, self._input_image)
        elif np.abs(grey - self._first).max() > _STATIC_LEVELS:
            self.is_static = False


def distance_to_image(frame: Any, image: Path) -> float:
    """Return the mean absolute difference of frame and input image at 64x64 RGB, in [0, 1].

    A model either resizes the input image to the frame size or crops the image's centre. The function
    measures the distance to both versions of the image, and returns the smaller distance.
    """
    seen = np.asarray(
        Image.fromarray(rgb_pixels(frame)).resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float32
    )
    whole = _read_image(image)
    cut = whole.crop(_centre_box(whole.width, whole.height, frame.width / frame.height))
    return min(_distance(seen, candidate) for candidate in (whole, cut))


def _read_image(image: Path) -> Image.Image:
    try:
        with open_image(image, formats=("JPEG", "PNG", "WEBP")) as opened:
            opened.draft(opened.mode, (4 * _SIDE, 4 * _SIDE))  # decode a JPEG at a fraction of its size
            return displayed(opened)
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkRefused(UNREADABLE_INPUT_IMAGE, "The pair's input image cannot be read.") from error


def _distance(seen: NDArray[np.float32], image: Image.Image) -> float:
    small = np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float32)
    return round(float(np.abs(seen - small).mean()) / 255, 4)


def _centre_box(width: int, height: int, aspect: float) -> tuple[int, int, int, int]:
    """Return the largest centred box with this aspect ratio, as (left, top, right, bottom)."""
    box_width = min(width, round(height * aspect))
    box_height = min(height, round(width / aspect))
    left, top = (width - box_width) // 2, (height - box_height) // 2
    return left, top, left + max(1, box_width), top + max(1, box_height)


def _grey(frame: Any) -> NDArray[np.int16]:
    small = frame.reformat(width=_SIDE, height=_SIDE, format="gray", interpolation="AREA", threads=1)
    return np.asarray(small.to_ndarray(), dtype=np.int16)
