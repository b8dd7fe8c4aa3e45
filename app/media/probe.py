"""Checks a submitted clip; returns the clip's measured facts, or refuses the clip with a reason.

The file is opened only in the sandbox (`sandbox/probe.py`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from app.media.images import ImageCode, ImageRejected
from app.media.sandbox import Json, Sandbox, Work, WorkDied, WorkRefused, WorkTimeout, read_result

# A `first_frame_distance` above this threshold causes a warning. Distances of the authors' clips to their own
# input image: MotiF, Cinemo and CogVideoX at most 0.03, DynamiCrafter 0.08 (median). Distances to an image of
# another scenario are at least 0.12.
FAR_FIRST_FRAME = 0.12

UNREADABLE_INPUT_IMAGE = "unreadable_input_image"


class ClipCode(StrEnum):
    """The error codes with which the REST API refuses a clip."""

    EMPTY = "empty"
    NOT_MP4 = "not_mp4"
    TRUNCATED = "truncated"
    UNDECODABLE = "undecodable"
    WRONG_CODEC = "wrong_codec"
    TOO_LARGE_FRAME = "too_large_frame"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    NO_VIDEO = "no_video"
    SEVERAL_VIDEOS = "several_videos"
    DISPLAY_TRANSFORM = "display_transform"
    TIMEOUT = "timeout"
    CANNOT_CONVERT = "cannot_convert"


class ClipRejected(Exception):
    """The clip is refused. The message is a sentence for the person who submitted the clip."""

    def __init__(self, code: ClipCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class ClipLimits:
    """Limits of accepted clips. The limits are checked before any frame is decoded."""

    max_side: int = 2048
    min_frames: int = 2
    max_frames: int = 600
    min_duration_s: float = 0.1
    max_duration_s: float = 60.0


@dataclass(frozen=True)
class ClipFacts:
    """Facts about a clip of which all frames can be decoded.

    Attributes:
        codec: codec of the video: `h264`, `vp9` or `av1`.
        pixel_format: FFmpeg's name of the pixel format, mostly `yuv420p`.
        width: width of a frame, in pixels.
        height: height of a frame, in pixels.
        frames: number of shown frames.
        fps: frames per second (frames / duration_s), rounded to 3 decimals.
        duration_s: duration in seconds, rounded to 3 decimals.
        constant_fps: whether all frames have the same duration (within 5 %), and no edit list hides frames.
        has_audio: whether the file has an audio track.
        bytes: size of the file.
        is_static: whether every frame equals the first frame, except for coding noise.
        is_remuxable: whether the clip is 8-bit 4:2:0 H.264 at a constant rate and contains only pictures
            (`sandbox/h264.py`).
        first_frame_distance: mean absolute difference between the first frame and the pair's input image,
            both at 64x64, in [0, 1]; None without an input image. See `FAR_FIRST_FRAME`.
    """

    codec: str
    pixel_format: str
    width: int
    height: int
    frames: int
    fps: float
    duration_s: float
    constant_fps: bool
    has_audio: bool
    bytes: int
    is_static: bool
    is_remuxable: bool
    first_frame_distance: float | None = None


def probe_clip(
    path: Path, *, sandbox: Sandbox, input_image: Path | None = None, limits: ClipLimits | None = None
) -> ClipFacts:
    """Check a clip in the sandbox and return its facts. Several threads may call this function at once.

    Args:
        path: the file with the clip; any file name is allowed.
        sandbox: the sandbox that opens the file.
        input_image: the pair's image, already checked (`images.verify_image`).
        limits: the limits that the clip must satisfy.

    Raises:
        ClipRejected: the file is not an accepted clip.
        ImageRejected: the input image cannot be read.
        SandboxBroken: the sandbox cannot be started; the clip is not the cause.
    """
    arguments: Mapping[str, Json] = {
        "path": str(path.absolute()),
        "input_image": str(input_image.absolute()) if input_image else None,
        "limits": asdict(limits or ClipLimits()),
    }
    try:
        return read_result(sandbox.run(Work.PROBE, arguments), ClipFacts)
    except WorkRefused as refusal:
        if refusal.code == UNREADABLE_INPUT_IMAGE:
            raise ImageRejected(ImageCode.UNDECODABLE, str(refusal)) from refusal
        raise ClipRejected(ClipCode(refusal.code), str(refusal)) from refusal
    except WorkTimeout as error:
        raise ClipRejected(ClipCode.TIMEOUT, "Decoding this clip takes too long.") from error
    except WorkDied as error:
        raise ClipRejected(ClipCode.UNDECODABLE, "The decoder failed on this clip.") from error
