"""Single frames of clips, and input images, as plain pixels: for figures that the server draws itself.

Clips come from outside, so they are decoded only in the sandbox (`frame_work.py` is the child's side). What
comes back are raw bytes of a checked length: nothing a child wrote is ever parsed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.media.sandbox.client import Json, Sandbox, SandboxError, Work, WorkDied
from app.media.sandbox.results import read_answer

Pixels = npt.NDArray[np.uint8]


class FramesUnreadable(Exception):
    """The file could be read when it came in, and cannot now."""


@dataclass(frozen=True)
class FrameSize:
    """Of the pictures a child wrote, in pixels."""

    width: int
    height: int


def clip_frames(
    clip: Path, numbers: Sequence[int], target: Path, *, most_width: int, sandbox: Sandbox
) -> Pixels:
    """Return frames of a clip as uint8 RGB (frames, height, width, 3).

    Args:
        clip: a clip that was probed.
        numbers: of the frames, from 1, ascending; one may be there several times.
        target: a private file to write through.
        most_width: frames wider than this many pixels are scaled down.

    Raises:
        FramesUnreadable: it cannot be decoded, or has fewer frames.
    """
    return _read("clip", clip, list(numbers), target, most_width, sandbox)


def picture_pixels(picture: Path, target: Path, *, most_width: int, sandbox: Sandbox) -> Pixels:
    """Return an upright image as uint8 RGB (height, width, 3); Args, Raises: as `clip_frames`."""
    pixels: Pixels = _read("picture", picture, [1], target, most_width, sandbox)[0]
    return pixels


def _read(
    kind: str, path: Path, numbers: list[int], target: Path, most_width: int, sandbox: Sandbox
) -> Pixels:
    arguments: dict[str, Json] = {
        "kind": kind,
        "path": str(path.absolute()),
        "numbers": list(numbers),
        "target": str(target.absolute()),
        "most_width": most_width,
    }
    try:
        size = read_answer(sandbox.run(Work.FRAMES, arguments), FrameSize)
        return _pixels(target, len(numbers), size, most_width)
    except SandboxError as error:
        raise FramesUnreadable(f"The {kind} cannot be read: {error}") from error


def _pixels(target: Path, frames: int, size: FrameSize, most_width: int) -> Pixels:
    if not (0 < size.width <= most_width and 0 < size.height <= 100 * most_width):
        raise WorkDied("frames of another size than asked for")
    if target.stat().st_size != frames * size.height * size.width * 3:
        raise WorkDied("frames of another length than said")
    return np.fromfile(target, dtype=np.uint8).reshape(frames, size.height, size.width, 3)
