"""Converts a decoded frame to the RGB pixels that a player shows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.video.display import Orientation

RgbPixels = NDArray[np.uint8]

_UNTAGGED, _BT709, _SMPTE170M = 2, 1, 6  # ITU-T H.273, MatrixCoefficients
_HD_LINES = 720
_BILINEAR, _BICUBIC = 2, 4  # SWS_BILINEAR, SWS_BICUBIC


def colour_matrix(frame: Any) -> int:
    """Return the frame's MatrixCoefficients.

    Frames without colour tags are treated as BT.709 if they have at least 720 lines, as in Chromium.
    """
    if frame.colorspace != _UNTAGGED:
        return int(frame.colorspace)
    return _SMPTE170M if frame.height < _HD_LINES else _BT709


def rgb_pixels(frame: Any, size: tuple[int, int] | None = None) -> RgbPixels:
    """Return a frame as (height, width, 3) uint8 RGB, with transparent pixels blended with white.

    Args:
        size: the width and height to scale to; by default the coded size.
    """
    width, height = size or (frame.width, frame.height)
    has_alpha = any(component.is_alpha for component in frame.format.components)
    frame.colorspace = colour_matrix(frame)
    wanted = "rgba" if has_alpha else "rgb24"
    kernel = _BILINEAR if (width, height) == (frame.width, frame.height) else _BICUBIC
    converted = frame.reformat(width, height, wanted, interpolation=kernel, threads=1)
    pixels: RgbPixels = converted.to_ndarray()
    return _on_white(pixels) if has_alpha else pixels


def upright(pixels: RgbPixels, orientation: Orientation) -> RgbPixels:
    """Return (height, width, 3) pixels, rotated and mirrored according to the orientation."""
    a, b, c, d = orientation.value
    if orientation.swaps_sides:
        pixels = pixels.transpose(1, 0, 2)
    rows, columns = (b, c) if orientation.swaps_sides else (d, a)
    return np.ascontiguousarray(pixels[::rows, ::columns])


def _on_white(pixels: RgbPixels) -> RgbPixels:
    colour, alpha = pixels[..., :3].astype(np.uint16), pixels[..., 3:].astype(np.uint16)
    return ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
