"""Decodes the frames of a clip from a file, and validates frames from any source."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.video import UnreadableVideo
from benchmark.video.read import FrameWindow, VideoFrames, read_frames

Frames = NDArray[np.uint8]

# 268 million pixels are 2,600 frames of 320x320 or 129 of 1920x1080. Frames, flow and heatmaps together take
# about 20 bytes per pixel, so the limit is 5 GiB of memory.
MAX_PIXELS = 2**28


class BadClip(ValueError):
    """The motion of a clip cannot be measured. The message names the clip and what was expected."""


def read_clip(
    path: Path,
    *,
    fps: Fraction | int | None = None,
    frames: int | None = None,
    window: FrameWindow | None = None,
    max_pixels: int = MAX_PIXELS,
) -> VideoFrames:
    """Decode a video file, or its first frames.

    Frames are rotated as a video player shows them, and have square pixels.

    Args:
        path: the video file.
        fps: target frame rate. Frames are selected by their presentation times. If the frames are evenly
            spaced and the clip's frame rate is below the target, the clip keeps its frame rate.
        frames: maximum number of frames to return.
        window: the part of the clip to return; used instead of `fps` and `frames`.
        max_pixels: maximum number of pixels in all returned frames together.

    Raises:
        BadClip: the file is not a video, is damaged, exceeds `max_pixels`, has fewer than 2 frames, or its
            display matrix or pixel aspect ratio is not supported.
        FileNotFoundError: the file does not exist.
    """
    try:
        clip = read_frames(path, fps=fps, frames=frames, window=window, max_pixels=max_pixels)
    except UnreadableVideo as error:
        raise BadClip(str(error)) from error
    validate_frames(clip.frames, path.name)
    return clip


def validate_frames(frames: Sequence[Frames] | Frames, name: str = "clip") -> Frames:
    """Return the frames as one array, (frames, height, width, 3) uint8 RGB.

    Args:
        frames: the frames; each frame is an array (height, width, 3) uint8 RGB.
        name: name of the clip in error messages.

    Raises:
        BadClip: there are fewer than 2 frames, the frames differ in size, or the frames are not uint8 RGB.
    """
    if len(frames) < 2:
        raise BadClip(f"{name}: a clip needs at least 2 frames to measure motion, not {len(frames)}.")
    shapes = sorted({frame.shape for frame in frames})
    if len(shapes) > 1:
        raise BadClip(f"{name}: frames differ in size: {', '.join(_size(shape) for shape in shapes)}.")
    if len(shapes[0]) != 3 or shapes[0][2] != 3 or any(frame.dtype != np.uint8 for frame in frames):
        raise BadClip(
            f"{name}: a frame must be (height, width, 3) uint8 RGB, not {shapes[0]} {frames[0].dtype}."
        )
    return np.asarray(frames)


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in shape[:2])
