"""Reads untrusted images inside a sandbox child. The server never imports this module."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Importing the decoders here loads them once in the fork server, and not in every child.
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

from app.media import image_metadata
from app.media.images import ImageCode, ImageFormat, ImageLimits
from app.media.sandbox.client import Json
from app.media.sandbox.sandbox_errors import WorkRefused
from app.media.store import DISK_FULL, DISK_FULL_ERRNOS
from benchmark.image_display import CannotDisplay, displayed, is_plain, open_image

_WITHOUT_METADATA: dict[ImageFormat, Callable[[bytes], bytes]] = {
    ImageFormat.JPEG: image_metadata.without_jpeg_metadata,
    ImageFormat.PNG: image_metadata.without_png_metadata,
    ImageFormat.WEBP: image_metadata.without_webp_metadata,
}
# `ImageLimits` are checked when the header is read. Pillow's own limit would hide the reason for a refusal.
Image.MAX_IMAGE_PIXELS = None
_EXIF_ORIENTATION, _UPRIGHT = 0x0112, 1
_THUMBNAIL_QUALITY = 80
_RECODED: dict[ImageFormat, dict[str, Any]] = {
    ImageFormat.JPEG: {"quality": 95, "subsampling": 0},
    ImageFormat.PNG: {"optimize": False},
    ImageFormat.WEBP: {"lossless": True, "method": 4},
}


def prepare(
    step: str, path: str, limits: dict[str, Any], target: str | None = None, width: int | None = None
) -> dict[str, Json]:
    """Verify an image and return its `ImageFacts`.

    If `target` is given, also write a clean copy or a thumbnail, depending on `step`.

    Raises:
        WorkRefused: the image is refused (the code is an `ImageCode`), or the disk is full (`disk_full`).
    """
    coded = _read(Path(path), ImageLimits(**limits))
    image = _decode(coded, ImageLimits(**limits))
    if step == "clean":
        coded = _clean(coded, image)
    elif step == "thumbnail":
        assert width is not None
        coded = _thumbnail(image, width)
    if target is not None:
        _write(Path(target), coded)
    return _facts(coded)


def _read(path: Path, allowed: ImageLimits) -> bytes:
    size = path.stat().st_size
    if size == 0:
        raise WorkRefused(ImageCode.EMPTY, "The file is empty.")
    if size > allowed.max_bytes:
        raise WorkRefused(
            ImageCode.TOO_MANY_BYTES, f"The image has {size} bytes; at most {allowed.max_bytes} are accepted."
        )
    return path.read_bytes()


def _open(coded: bytes) -> Image.Image:
    try:
        return open_image(io.BytesIO(coded), formats=[form.upper() for form in ImageFormat])
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkRefused(ImageCode.NOT_A_PICTURE, "The file is not a JPEG, PNG or WebP image.") from error


def _format(image: Image.Image) -> ImageFormat:
    # Pillow calls a phone's JPEG with several views MPO; the first view is an ordinary JPEG.
    return ImageFormat.JPEG if image.format == "MPO" else ImageFormat((image.format or "").lower())


def _decode(coded: bytes, allowed: ImageLimits) -> Image.Image:
    image = _open(coded)
    size = f"{image.width}x{image.height}"
    if max(image.size) > allowed.max_side or image.width * image.height > allowed.max_pixels:
        raise WorkRefused(ImageCode.TOO_LARGE, f"The image is {size}, which is larger than allowed.")
    if min(image.size) < allowed.min_side:
        raise WorkRefused(
            ImageCode.TOO_SMALL,
            f"The image is {size}; no side may be shorter than {allowed.min_side} pixels.",
        )
    if _format(image) is not ImageFormat.JPEG and getattr(image, "is_animated", False):
        raise WorkRefused(ImageCode.ANIMATED, "The image is animated; submit an image with a single frame.")
    try:
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkRefused(ImageCode.UNDECODABLE, "The image cannot be decoded to its end.") from error
    return image


def _clean(coded: bytes, image: Image.Image) -> bytes:
    form = _format(image)
    if not is_plain(image):
        return _coded(_displayed(image), form, _RECODED[form])
    try:
        return _WITHOUT_METADATA[form](coded)
    except ValueError as error:
        raise WorkRefused(ImageCode.UNDECODABLE, "The image file is damaged.") from error


def _thumbnail(image: Image.Image, width: int) -> bytes:
    rgb = _displayed(image)
    width = min(width, rgb.width)
    small = rgb.resize((width, max(1, round(rgb.height * width / rgb.width))), Image.Resampling.LANCZOS)
    return _coded(small, ImageFormat.WEBP, {"quality": _THUMBNAIL_QUALITY, "method": 4})


def _coded(image: Image.Image, form: ImageFormat, options: dict[str, Any]) -> bytes:
    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # the new image lacks the old image's comments, texts and profiles
    out = io.BytesIO()
    bare.save(out, form.upper(), **options)
    return out.getvalue()


def _displayed(image: Image.Image) -> Image.Image:
    try:
        return displayed(image)
    except CannotDisplay as error:
        raise WorkRefused(ImageCode.UNDECODABLE, str(error)) from error


def _facts(coded: bytes) -> dict[str, Json]:
    image = _open(coded)
    turned = image.getexif().get(_EXIF_ORIENTATION, _UPRIGHT) >= 5
    width, height = reversed(image.size) if turned else image.size
    return {"format": _format(image), "width": width, "height": height, "bytes": len(coded)}


def _write(target: Path, coded: bytes) -> None:
    try:
        target.write_bytes(coded)
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise WorkRefused(DISK_FULL, "No space is left for media files.") from error
        raise
