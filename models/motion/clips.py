"""Frames of a clip: read from a file, checked wherever they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


class BadClip(ValueError):
    """A clip whose motion cannot be measured; the message names it and says what was expected."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A decoded clip.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB, at least 2 frames.
        fps: frames a second, as the file declares them.
    """

    frames: Frames
    fps: Fraction


def read_clip(path: Path, *, most_frames: int = 4096) -> Clip:
    """Decode a video file.

    Raises:
        BadClip: not a video, damaged, longer than `most_frames`, or under 2 frames.
        FileNotFoundError: there is no such file.
    """
    # A tenth of a second; whoever brings frames of their own never pays it.
    import av

    decoded: list[Frames] = []
    try:
        with av.open(
            str(path), options={"protocol_whitelist": "file"}, metadata_errors="replace"
        ) as container:
            if not container.streams.video:
                raise BadClip(f"{path.name}: the file has no video track.")
            stream = container.streams.video[0]
            for frame in container.decode(stream):
                decoded.append(frame.to_ndarray(format="rgb24"))
                if len(decoded) > most_frames:
                    raise BadClip(f"{path.name}: it has more than {most_frames} frames; cut it first.")
            fps = Fraction(stream.average_rate or 8)
    except av.FFmpegError as error:
        if not path.exists():
            raise FileNotFoundError(2, "there is no such file", str(path)) from error
        raise BadClip(f"{path.name}: it cannot be decoded as a video.") from error
    return Clip(checked_frames(decoded, path.name), fps)


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
