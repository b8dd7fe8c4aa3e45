"""Decode the frames of a clip from a file; validate frames from any source."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]

# 268 million pixels are 2,600 frames of 320x320 or 129 of 1920x1080. Frames, flow and heatmaps together take
# about 20 bytes per pixel, so the limit is 5 GiB of memory.
MAX_PIXELS = 2**28
# Self-contained formats only: playlists (ffconcat, HLS) make FFmpeg open other files.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,flv"


class BadClip(ValueError):
    """The motion of a clip cannot be measured; the message names the clip and what was expected."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A decoded clip.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB, at least 2 frames.
        fps: frames per second after frames were dropped: the declared rate divided by the stride.
    """

    frames: Frames
    fps: Fraction


def read_clip(
    path: Path, *, fps: int | None = None, frames: int | None = None, max_pixels: int = MAX_PIXELS
) -> Clip:
    """Decode a video file, or the beginning of it.

    Args:
        fps: target frame rate; frames are dropped to come close to it. A slower clip keeps its rate.
        frames: maximum number of frames to return.
        max_pixels: limit on the pixels of all returned frames together.

    Raises:
        BadClip: the file is not a video, is damaged, exceeds `max_pixels` or has fewer than 2 frames.
        FileNotFoundError: there is no such file.
    """
    # The import takes 0.1 s, and callers with decoded frames do not need it.
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS}
    kept: list[Frames] = []
    try:
        with av.open(str(path), options=options, metadata_errors="replace") as container:
            if not container.streams.video:
                raise BadClip(f"{path.name}: the file has no video track.")
            stream = container.streams.video[0]
            rate = Fraction(stream.average_rate or 8)
            step = 1 if fps is None else max(1, round(rate / fps))
            for frame in islice(container.decode(stream), 0, None if frames is None else frames * step, step):
                if (len(kept) + 1) * frame.width * frame.height > max_pixels:
                    raise BadClip(
                        f"{path.name}: {len(kept) + 1} frames of {frame.width}x{frame.height} exceed the "
                        f"limit of {max_pixels} pixels. Shorten the clip or reduce its resolution."
                    )
                kept.append(frame.to_ndarray(format="rgb24"))
    except av.FFmpegError as error:
        if not path.exists():
            raise FileNotFoundError(2, "there is no such file", str(path)) from error
        raise BadClip(f"{path.name}: the file cannot be decoded as a video.") from error
    return Clip(validate_frames(kept, path.name), rate / step)


def validate_frames(frames: Sequence[Frames] | Frames, name: str = "clip") -> Frames:
    """Return the frames as one array, (frames, height, width, 3) uint8 RGB.

    Args:
        frames: each (height, width, 3) uint8 RGB.
        name: name of the clip in error messages.

    Raises:
        BadClip: there are fewer than 2 frames, their sizes differ, or they are not uint8 RGB.
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
