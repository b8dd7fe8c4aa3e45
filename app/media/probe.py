"""Looks at a submitted clip: what it is, or why it is refused.

The file comes from outside, so it is opened only in the sandbox (`decoding.py` is the child's side).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from app.media.images import ImageCode, ImageRejected
from app.media.sandbox.client import Json, Sandbox, Work, WorkDied, WorkRefused, WorkTimeout
from app.media.sandbox.results import read_answer

# A `first_frame_distance` above this deserves a warning. Measured on the authors' clips against their own
# input image: MotiF, Cinemo and CogVideoX at most 0.03, DynamiCrafter 0.08 (median); against an image of
# another scenario: at least 0.12.
FAR_FIRST_FRAME = 0.12

UNREADABLE_INPUT_IMAGE = "unreadable_input_image"


class ClipCode(StrEnum):
    """Why a clip is refused; part of the public contract."""

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


class ClipRejected(Exception):
    """The clip is refused; the message is a sentence for whoever submitted it."""

    def __init__(self, code: ClipCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class ClipLimits:
    """What a clip may be; checked before anything is decoded."""

    max_side: int = 2048
    min_frames: int = 2
    max_frames: int = 600
    min_duration_s: float = 0.1
    max_duration_s: float = 60.0


@dataclass(frozen=True)
class ClipFacts:
    """What a clip is; every frame of it decodes.

    Attributes:
        codec: `h264`, `vp9` or `av1`.
        pixel_format: FFmpeg's name, mostly `yuv420p`.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        frames: how many there are.
        fps: frames / duration_s, rounded to 3 decimals.
        duration_s: rounded to 3 decimals.
        constant_fps: all frames last equally long, within 5 %, and none is hidden by an edit list.
        has_audio: there is a sound track.
        bytes: size of the file.
        is_static: every frame shows what the first one shows, but for coding noise.
        is_remuxable: 8-bit 4:2:0 H.264 at an even rate that holds nothing but pictures (`sandbox/h264.py`).
        first_frame_distance: mean absolute difference between the first frame and the pair's input image,
            both at 64x64, in [0, 1]; None when no image was given. See `FAR_FIRST_FRAME`.
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
    """Look at a clip in the sandbox; safe to call from several threads.

    Args:
        path: the file; its name does not matter.
        sandbox: where the file is opened.
        input_image: the pair's image, already verified (`pictures.verify_picture`).
        limits: what a clip may be.

    Raises:
        ClipRejected: the file is not a clip we take.
        PictureRejected: the input image cannot be read, which is not the clip's fault.
        SandboxBroken: the sandbox does not start, which is nobody's but ours.
    """
    arguments: Mapping[str, Json] = {
        "path": str(path.absolute()),
        "input_image": str(input_image.absolute()) if input_image else None,
        "limits": asdict(limits or ClipLimits()),
    }
    try:
        return read_answer(sandbox.run(Work.PROBE, arguments), ClipFacts)
    except WorkRefused as refusal:
        if refusal.code == UNREADABLE_INPUT_IMAGE:
            raise ImageRejected(ImageCode.UNDECODABLE, str(refusal)) from refusal
        raise ClipRejected(ClipCode(refusal.code), str(refusal)) from refusal
    except WorkTimeout as error:
        raise ClipRejected(ClipCode.TIMEOUT, "Decoding this clip takes too long.") from error
    except WorkDied as error:
        raise ClipRejected(ClipCode.UNDECODABLE, "The decoder breaks down on this clip.") from error
