"""Converts a video to a clip inside a sandbox child. The server never imports this module."""

from pathlib import Path

from app.media.probe import ClipCode
from app.media.sandbox.client import Json
from app.media.sandbox.sandbox_errors import WorkRefused
from app.media.store import DISK_FULL, DISK_FULL_ERRNOS
from benchmark.conversion.convert import convert_video
from benchmark.conversion.image_sequence import CannotConvert


def make(source: str, target: str, max_frames: int) -> dict[str, Json]:
    """Write a video as a clip; return the fields of `Conversion`.

    Raises:
        WorkRefused: the disk is full (`disk_full`), or the file cannot be converted (a `ClipCode`).
    """
    try:
        converted = convert_video(Path(source), Path(target), max_frames=max_frames)
    except CannotConvert as error:
        raise WorkRefused(ClipCode.CANNOT_CONVERT, str(error)) from error
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise WorkRefused(DISK_FULL, "No space is left for the converted clip.") from error
        raise
    return {
        "is_encoded": converted.is_encoded,
        "container": converted.container,
        "codec": converted.codec,
    }
