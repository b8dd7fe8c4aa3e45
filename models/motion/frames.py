"""Frames of a clip: read from a file, checked wherever they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]

# Decoded frames, their flow and heatmaps take about 20 bytes a pixel: 5 GiB. 268 million pixels are 2,600
# frames of 320x320 or 129 of 1920x1080.
MOST_PIXELS = 2**28
# Files that are whole by themselves; a text that names other files (ffconcat, HLS) would open those.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,flv"


class BadClip(ValueError):
    """A clip whose motion cannot be measured; the message names it and says what was expected."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A decoded clip.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB, at least 2 frames.
        fps: frames a second: what the file declares, over every how many-th frame was kept.
    """

    frames: Frames
    fps: Fraction


def read_clip(
    path: Path, *, fps: int | None = None, frames: int | None = None, most_pixels: int = MOST_PIXELS
) -> Clip:
    """Decode a video file, or as much of its beginning as is wanted.

    Args:
        fps: frames are left out to come near so many a second; a slower clip stays as it is.
        frames: reading ends after so many.
        most_pixels: of all frames together.

    Raises:
        BadClip: not a video, damaged, larger than `most_pixels`, or under 2 frames.
        FileNotFoundError: there is no such file.
    """
    # A tenth of a second; whoever brings frames of their own never pays it.
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
                if (len(kept) + 1) * frame.width * frame.height > most_pixels:
                    raise BadClip(
                        f"{path.name}: {len(kept) + 1} frames of {frame.width}x{frame.height} are more than "
                        f"{most_pixels} pixels; cut the clip or make it smaller."
                    )
                kept.append(frame.to_ndarray(format="rgb24"))
    except av.FFmpegError as error:
        if not path.exists():
            raise FileNotFoundError(2, "there is no such file", str(path)) from error
        raise BadClip(f"{path.name}: it cannot be decoded as a video.") from error
    return Clip(checked_frames(kept, path.name), rate / step)


def checked_frames(frames: Sequence[Frames] | Frames, name: str = "clip") -> Frames:
    """Return the frames as one array.

    Args:
        frames: each (height, width, 3) uint8 RGB.
        name: what the message calls the clip.

    Raises:
        BadClip: under 2 frames, frames of different sizes, or not uint8 RGB.
    """
    if len(frames) < 2:
        raise BadClip(f"{name}: motion needs at least 2 frames, not {len(frames)}.")
    shapes = sorted({frame.shape for frame in frames})
    if len(shapes) > 1:
        raise BadClip(f"{name}: frames differ in size: {', '.join(_size(shape) for shape in shapes)}.")
    if len(shapes[0]) != 3 or shapes[0][2] != 3 or any(frame.dtype != np.uint8 for frame in frames):
        raise BadClip(
            f"{name}: a frame is (height, width, 3) uint8 RGB, not {shapes[0]} of {frames[0].dtype}."
        )
    return np.asarray(frames)


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in shape[:2])
