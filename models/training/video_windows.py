"""Decodes windows of video files: evenly spaced frames, resized and cropped."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmark.video.read import FrameWindow
from models.motion.frames import BadClip, Frames, read_clip
from models.training.clip_sources import ClipLabel, ClipSource, TrainingClip, share_of
from models.training.data_settings import DataSettings
from models.training.enums import FileIdentity, WindowPosition

# This number is part of every cache key. Increase the number when a code change makes `read_window` return
# different frames.
_READER_VERSION = "reader-3"


def clip_windows(
    label: ClipLabel, data: DataSettings, read: Callable[[FrameWindow], TrainingClip]
) -> Iterator[ClipSource]:
    """Yield the configured windows of a clip.

    Args:
        label: the label of the whole clip. The name in the label determines the random strides and positions.
        data: the settings of the clips.
        read: function that decodes a window of the clip.
    """
    for number in range(data.windows):
        window = frame_window(label.name, number, data)
        name = f"{label.name} window {number + 1}" if data.windows > 1 else label.name
        identity = f"{label.identity} {_READER_VERSION} {window}"
        yield ClipSource(replace(label, name=name, identity=identity), partial(read, window))


def frame_window(name: str, number: int, data: DataSettings) -> FrameWindow:
    """Return window `number` of a clip.

    The stride and the position of the window depend only on the arguments of this function.
    """
    position = 0.0
    if data.position is WindowPosition.RANDOM:
        position = share_of(f"position {number} {name}")
    if not data.strides:
        return FrameWindow(data.frames, Fraction(data.fps), position=position)
    stride = data.strides[int(share_of(f"stride {number} {name}") * len(data.strides))]
    return FrameWindow(data.frames, None, stride, position)


def read_window(path: Path, data: DataSettings, window: FrameWindow) -> TrainingClip:
    """Decode a window, resize the frames and crop the centre.

    Raises:
        BadClip: the file is missing, damaged, or too short for the window.
    """
    if not path.is_file():
        raise BadClip(f"{path.name}: there is no such file.")
    clip = read_clip(path, window=window)
    frames = clip.frames
    if len(frames) < window.frames:
        rate = f"every {window.stride}th frame" if window.fps is None else f"{window.fps} frames per second"
        raise BadClip(f"{path.name}: {len(frames)} frames at {rate}; expected {window.frames}.")
    return TrainingClip(
        np.stack([_resize_and_crop(frame, data.height, data.width) for frame in frames]), clip.fps
    )


def file_content(path: Path, identity: FileIdentity) -> str:
    """Return a text that identifies a file's content; if the file is missing, the text states this."""
    try:
        status = path.stat()
    except OSError:
        return f"missing {path.name}"
    if identity is FileIdentity.SIZE_AND_TIME:
        return f"{path.name} {status.st_size} {status.st_mtime_ns}"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _resize_and_crop(frame: Frames, height: int, width: int) -> Frames:
    """Resize an image, (rows, columns, 3) uint8, to cover the target size, and crop the centre."""
    rows, columns = frame.shape[:2]
    scale = max(height / rows, width / columns)
    size = (max(width, round(columns * scale)), max(height, round(rows * scale)))
    large = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.asarray(large[top : top + height, left : left + width], dtype=np.uint8)
