"""Converts an uploaded video to a clip that the server accepts.

The file is opened only in the sandbox (`sandbox/convert.py`).
"""

from dataclasses import dataclass
from pathlib import Path

from app.media.probe import ClipCode, ClipLimits, ClipRejected
from app.media.sandbox import Sandbox, Work, WorkDied, WorkRefused, WorkTimeout, read_result
from app.media.store import DISK_FULL, StoreFull
from benchmark.video.formats import CONVERT_COMMAND

# The codes with which the server refuses a file that it can convert.
CONVERTIBLE = (
    ClipCode.NOT_MP4,
    ClipCode.WRONG_CODEC,
    ClipCode.TOO_LARGE_FRAME,
    ClipCode.DISPLAY_TRANSFORM,
)
_ELSEWHERE = f"Convert it on your computer with: {CONVERT_COMMAND}."


@dataclass(frozen=True)
class Conversion:
    """How the server made a clip from an uploaded video.

    Attributes:
        is_encoded: whether the video was encoded again; False if the server accepts the file as it is.
        container: FFmpeg's name of the file's format, such as `matroska,webm`.
        codec: FFmpeg's name of the file's codec, such as `vp8`.
    """

    is_encoded: bool
    container: str
    codec: str


def convert_clip(source: Path, target: Path, *, sandbox: Sandbox) -> Conversion:
    """Write a video as an H.264 clip. Each frame keeps its time; sound is removed.

    Args:
        source: the uploaded file; any file name is allowed.
        target: the file to write; an existing file is overwritten.

    Raises:
        ClipRejected: the file is not a video that the server can convert.
        StoreFull: the disk of `target` is full.
        SandboxBroken: the sandbox cannot be started; the file is not the cause.
    """
    paths = {"source": str(source.absolute()), "target": str(target.absolute())}
    try:
        result = sandbox.run(Work.CONVERT, {**paths, "max_frames": ClipLimits().max_frames})
        return read_result(result, Conversion)
    except WorkRefused as refusal:
        if refusal.code == DISK_FULL:
            raise StoreFull(str(refusal)) from refusal
        raise ClipRejected(ClipCode(refusal.code), str(refusal)) from refusal
    except WorkTimeout as error:
        raise ClipRejected(
            ClipCode.TIMEOUT, f"The server takes too long to convert this video. {_ELSEWHERE}"
        ) from error
    except WorkDied as error:
        raise ClipRejected(
            ClipCode.CANNOT_CONVERT, f"The server cannot convert this video. {_ELSEWHERE}"
        ) from error
