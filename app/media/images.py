"""Checks the input images of a benchmark and prepares what is served of them.

Images come from outside, so they are opened only in the sandbox (`picture_work.py` is the child's side).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from app.media.sandbox.client import Json, Sandbox, Work, WorkDied, WorkRefused, WorkTimeout
from app.media.sandbox.results import read_answer
from app.media.store.base import DISK_FULL, StoreFull


class ImageFormat(StrEnum):
    """The image types a benchmark may bring."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self.value}"


class ImageCode(StrEnum):
    """Why an image is refused; part of the public contract."""

    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    UNDECODABLE = "undecodable"
    ANIMATED = "animated"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    TIMEOUT = "timeout"


class ImageRejected(Exception):
    """The image is refused; the message is a sentence for whoever brought it."""

    def __init__(self, code: ImageCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class ImageLimits:
    """What an image may be; the sides are checked before anything is decoded."""

    max_bytes: int = 32 * 1024**2
    min_side: int = 16
    max_side: int = 8192
    max_pixels: int = 40_000_000


@dataclass(frozen=True)
class ImageFacts:
    """What an image is; it decodes to the last line. Width and height are those of the upright picture."""

    format: ImageFormat
    width: int
    height: int
    bytes: int


def verify_picture(path: Path, *, sandbox: Sandbox, limits: ImageLimits | None = None) -> ImageFacts:
    """Look at an image in the sandbox.

    Raises:
        PictureRejected: the file is not an image we take.
    """
    return _run("verify", path, {"limits": asdict(limits or ImageLimits())}, sandbox)


def clean_picture(
    path: Path, target_path: Path, *, sandbox: Sandbox, limits: ImageLimits | None = None
) -> ImageFacts:
    """Write a copy without metadata (place, camera, tool, comments, anything after the image).

    The coded pixels stay as they are, byte for byte, and so does a colour profile. Only a picture that its
    metadata turns is coded anew, upright.

    Args:
        path: the image as brought.
        target_path: where to write; overwritten. Nothing is left there on failure.
        sandbox: where the file is opened.
        limits: what the image may be.

    Returns:
        The facts of the copy.

    Raises:
        PictureRejected: the file is not an image we take.
        StoreFull: no space is left at `target_path`.
    """
    more: dict[str, Json] = {
        "limits": asdict(limits or ImageLimits()),
        "target": str(target_path.absolute()),
    }
    return _write("clean", path, target_path, more, sandbox)


def make_thumbnail(path: Path, target_path: Path, width: int, *, sandbox: Sandbox) -> ImageFacts:
    """Write the image as WebP, `width` pixels wide (never wider than it is), upright and without metadata.

    Args, Raises: as `clean_picture`.
    """
    limits = asdict(ImageLimits())
    more: dict[str, Json] = {"limits": limits, "target": str(target_path.absolute()), "width": width}
    return _write("thumbnail", path, target_path, more, sandbox)


def _write(
    step: str, path: Path, target_path: Path, more: Mapping[str, Json], sandbox: Sandbox
) -> ImageFacts:
    try:
        return _run(step, path, more, sandbox)
    except (ImageRejected, StoreFull):
        target_path.unlink(missing_ok=True)
        raise


def _run(step: str, path: Path, more: Mapping[str, Json], sandbox: Sandbox) -> ImageFacts:
    try:
        answer = sandbox.run(Work.PICTURE, {"step": step, "path": str(path.absolute()), **more})
        return read_answer(answer, ImageFacts)
    except WorkRefused as refusal:
        if refusal.code == DISK_FULL:
            raise StoreFull(str(refusal)) from refusal
        raise ImageRejected(ImageCode(refusal.code), str(refusal)) from refusal
    except WorkTimeout as error:
        raise ImageRejected(ImageCode.TIMEOUT, "Decoding this image takes too long.") from error
    except WorkDied as error:
        raise ImageRejected(ImageCode.UNDECODABLE, "The decoder breaks down on this image.") from error
