"""Checks the input images of a benchmark, and makes copies without metadata. Only the copies are served.

Image files are opened only in the sandbox (`sandbox/image.py`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from app.media.sandbox import Json, Sandbox, Work, WorkDied, WorkRefused, WorkTimeout, read_result
from app.media.store import DISK_FULL, StoreFull


class ImageFormat(StrEnum):
    """The image formats that are accepted."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self.value}"


class ImageCode(StrEnum):
    """The error codes with which the REST API refuses an image."""

    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    UNDECODABLE = "undecodable"
    ANIMATED = "animated"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    TIMEOUT = "timeout"


class ImageRejected(Exception):
    """The image is refused. The message is a sentence for the person who submitted the image."""

    def __init__(self, code: ImageCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class ImageLimits:
    """Limits of accepted images. The size of an image is checked before the image is decoded."""

    max_bytes: int = 32 * 1024**2
    min_side: int = 16
    max_side: int = 8192
    max_pixels: int = 40_000_000


@dataclass(frozen=True)
class ImageFacts:
    """Facts of an image that decodes completely.

    Width and height describe the image after the rotation that the metadata requests.
    """

    format: ImageFormat
    width: int
    height: int
    bytes: int


def verify_image(path: Path, *, sandbox: Sandbox, limits: ImageLimits | None = None) -> ImageFacts:
    """Check an image in the sandbox.

    Raises:
        ImageRejected: the file is not an accepted image.
    """
    return _run("verify", path, {"limits": asdict(limits or ImageLimits())}, sandbox)


def clean_image(
    path: Path, target_path: Path, *, sandbox: Sandbox, limits: ImageLimits | None = None
) -> ImageFacts:
    """Write a copy without metadata (location, camera, software, comments, bytes after the image).

    The coded pixels are copied byte for byte if every program shows the image in the same way. Any other
    image is converted and re-encoded: for example, an image that is transparent, is rotated by its metadata,
    or has a profile other than sRGB. See `benchmark.image_display`.

    Args:
        path: the submitted image file.
        target_path: the file to write; an existing file is overwritten. After an error, no file is left.
        sandbox: the sandbox that opens the file.
        limits: the limits that the image must satisfy.

    Returns:
        The facts of the copy.

    Raises:
        ImageRejected: the file is not an accepted image.
        StoreFull: the disk of `target_path` is full.
    """
    more: dict[str, Json] = {
        "limits": asdict(limits or ImageLimits()),
        "target": str(target_path.absolute()),
    }
    return _write("clean", path, target_path, more, sandbox)


def make_thumbnail(path: Path, target_path: Path, width: int, *, sandbox: Sandbox) -> ImageFacts:
    """Write a thumbnail: a WebP without metadata, at most `width` pixels wide, rotated as the image is shown.

    A narrower image is not enlarged.

    Args and Raises: see `clean_image`.
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
        answer = sandbox.run(Work.IMAGE, {"step": step, "path": str(path.absolute()), **more})
        return read_result(answer, ImageFacts)
    except WorkRefused as refusal:
        if refusal.code == DISK_FULL:
            raise StoreFull(str(refusal)) from refusal
        raise ImageRejected(ImageCode(refusal.code), str(refusal)) from refusal
    except WorkTimeout as error:
        raise ImageRejected(ImageCode.TIMEOUT, "Decoding this image takes too long.") from error
    except WorkDied as error:
        raise ImageRejected(ImageCode.UNDECODABLE, "The decoder failed on this image.") from error
