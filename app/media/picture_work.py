"""Reads untrusted images inside a sandbox child; the server never imports this module."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Imported here so that children find the readers ready instead of loading them one by one.
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

from app.media import picture_bytes
from app.media.pictures import PictureCode, PictureFormat, PictureLimits
from app.media.sandbox import Json, WorkRefused
from app.media.store import DISK_FULL, DISK_FULL_ERRNOS

_WITHOUT_METADATA: dict[PictureFormat, Callable[[bytes], bytes]] = {
    PictureFormat.JPEG: picture_bytes.without_jpeg_metadata,
    PictureFormat.PNG: picture_bytes.without_png_metadata,
    PictureFormat.WEBP: picture_bytes.without_webp_metadata,
}
# `PictureLimits` decides from the header; Pillow's own limit would only blur the reason.
Image.MAX_IMAGE_PIXELS = None
_EXIF_ORIENTATION, _UPRIGHT = 0x0112, 1
_THUMBNAIL_QUALITY = 80
_RECODED: dict[PictureFormat, dict[str, Any]] = {
    PictureFormat.JPEG: {"quality": 95, "subsampling": 0},
    PictureFormat.PNG: {"optimize": False},
    PictureFormat.WEBP: {"quality": 95, "method": 4},
}


def prepare(
    step: str, path: str, limits: dict[str, Any], target: str | None = None, width: int | None = None
) -> dict[str, Json]:
    """Verify an image and, for the steps `clean` and `thumbnail`, write its copy; return its `PictureFacts`.

    Raises:
        WorkRefused: with a `PictureCode`, or `disk_full`.
    """
    coded = _read(Path(path), PictureLimits(**limits))
    image = _decode(coded, PictureLimits(**limits))
    if step == "clean":
        coded = _clean(coded, image)
    elif step == "thumbnail":
        assert width is not None
        coded = _thumbnail(image, width)
    if target is not None:
        _write(Path(target), coded)
    return _facts(coded)


def _read(path: Path, allowed: PictureLimits) -> bytes:
    size = path.stat().st_size
    if size == 0:
        raise WorkRefused(PictureCode.EMPTY, "The file is empty.")
    if size > allowed.max_bytes:
        raise WorkRefused(
            PictureCode.TOO_MANY_BYTES, f"The image has {size} bytes; at most {allowed.max_bytes} are taken."
        )
    return path.read_bytes()


def _open(coded: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(coded), formats=[form.upper() for form in PictureFormat])
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkRefused(PictureCode.NOT_A_PICTURE, "The file is not a JPEG, PNG or WebP image.") from error


def _format(image: Image.Image) -> PictureFormat:
    # A phone's JPEG with further views inside is MPO to Pillow; its first view is an ordinary JPEG.
    return PictureFormat.JPEG if image.format == "MPO" else PictureFormat((image.format or "").lower())


def _decode(coded: bytes, allowed: PictureLimits) -> Image.Image:
    image = _open(coded)
    size = f"{image.width}x{image.height}"
    if max(image.size) > allowed.max_side or image.width * image.height > allowed.max_pixels:
        raise WorkRefused(PictureCode.TOO_LARGE, f"The image is {size}; that is more than is taken.")
    if min(image.size) < allowed.min_side:
        raise WorkRefused(
            PictureCode.TOO_SMALL, f"The image is {size}; no side may be under {allowed.min_side}."
        )
    if _format(image) is not PictureFormat.JPEG and getattr(image, "is_animated", False):
        raise WorkRefused(PictureCode.ANIMATED, "The image moves; an input image is a still one.")
    try:
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkRefused(PictureCode.UNDECODABLE, "The image cannot be decoded to its end.") from error
    return image


def _clean(coded: bytes, image: Image.Image) -> bytes:
    form = _format(image)
    if image.getexif().get(_EXIF_ORIENTATION, _UPRIGHT) != _UPRIGHT:
        return _coded(ImageOps.exif_transpose(image), form, _RECODED[form])
    try:
        return _WITHOUT_METADATA[form](coded)
    except ValueError as error:
        raise WorkRefused(PictureCode.UNDECODABLE, "The image file is damaged.") from error


def _thumbnail(image: Image.Image, width: int) -> bytes:
    upright = ImageOps.exif_transpose(image)
    rgb = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    rgb.info.pop("icc_profile", None)  # small pictures need no profile; it would be the larger part of them
    width = min(width, rgb.width)
    small = rgb.resize((width, max(1, round(rgb.height * width / rgb.width))), Image.Resampling.LANCZOS)
    return _coded(small, PictureFormat.WEBP, {"quality": _THUMBNAIL_QUALITY, "method": 4})


def _coded(image: Image.Image, form: PictureFormat, options: dict[str, Any]) -> bytes:
    profile = image.info.get("icc_profile")
    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # a fresh image carries none of the old one's comments or texts
    if image.mode == "P":
        bare.putpalette(image.getpalette() or [])
    out = io.BytesIO()
    bare.save(out, form.upper(), icc_profile=profile, **options)
    return out.getvalue()


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
