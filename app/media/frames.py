"""Decodes input images and single frames of clips to raw pixels, from which the server draws figures.

A child process in the sandbox (`sandbox/frames.py`) decodes the files and writes raw pixels. The server
checks only the number of bytes, and parses no media file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.media.sandbox import Json, Sandbox, SandboxError, Work, WorkDied, read_result

Pixels = npt.NDArray[np.uint8]


class FramesUnreadable(Exception):
    """A previously accepted file cannot be decoded."""


@dataclass(frozen=True)
class FrameSize:
    """Width and height, in pixels, of the frames that a sandbox child wrote."""

    width: int
    height: int


def clip_frames(
    clip: Path, numbers: Sequence[int], target: Path, *, max_width: int, sandbox: Sandbox
) -> Pixels:
    """Decode frames of a clip. Return the frames as uint8 RGB of shape (frames, height, width, 3).

    Args:
        clip: a clip that `probe_clip` accepted.
        numbers: frame numbers from 1, ascending, possibly repeated.
        target: a private file for the pixels.
        max_width: the maximum width, in pixels; wider frames are scaled down to this width.

    Raises:
        FramesUnreadable: the clip cannot be decoded, or has fewer frames than the largest of the `numbers`.
    """
    return _read("clip", clip, list(numbers), target, max_width, sandbox)


def image_pixels(image: Path, target: Path, *, max_width: int, sandbox: Sandbox) -> Pixels:
    """Return an image, rotated as its metadata says, as uint8 RGB of shape (height, width, 3).

    Args, Raises: see `clip_frames`.
    """
    pixels: Pixels = _read("image", image, [1], target, max_width, sandbox)[0]
    return pixels


def _read(
    kind: str, path: Path, numbers: list[int], target: Path, max_width: int, sandbox: Sandbox
) -> Pixels:
    arguments: dict[str, Json] = {
        "kind": kind,
        "path": str(path.absolute()),
        "numbers": list(numbers),
        "target": str(target.absolute()),
        "max_width": max_width,
    }
    try:
        size = read_result(sandbox.run(Work.FRAMES, arguments), FrameSize)
        return _pixels(target, len(numbers), size, max_width)
    except SandboxError as error:
        raise FramesUnreadable(f"The {kind} cannot be read: {error}") from error


def _pixels(target: Path, frames: int, size: FrameSize, max_width: int) -> Pixels:
    if not (0 < size.width <= max_width and 0 < size.height <= 100 * max_width):
        raise WorkDied("frames larger than requested")
    if target.stat().st_size != frames * size.height * size.width * 3:
        raise WorkDied("frames of another length than stated")
    return np.fromfile(target, dtype=np.uint8).reshape(frames, size.height, size.width, 3)
