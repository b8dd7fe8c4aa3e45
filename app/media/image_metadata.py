"""Removes metadata from image files without changing the coded pixels.

Sources: ITU-T T.81 annex B (JPEG markers), the PNG specification 3rd edition, sections 5 and 11 (chunks), the
WebP container specification (RIFF chunks).
"""

import re
import zlib
from collections.abc import Iterator

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {
    b"IHDR",
    b"PLTE",
    b"tRNS",
    b"IDAT",
    b"IEND",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"cICP",
    b"sBIT",
}
_WEBP_KEPT = {b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"}
_WEBP_EXIF_AND_XMP_FLAGS = 0x08 | 0x04
# 0xFF starts a marker, unless the next byte is a stuffed zero, a restart marker or a fill byte.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_SOS, _EOI, _COM, _APP0, _APP15 = 0xDA, 0xD9, 0xFE, 0xE0, 0xEF
# The segments to keep: the JFIF header, the colour profile, and the Adobe marker, which states the colour
# coding.
_JPEG_KEPT_APPS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}


def without_jpeg_metadata(image: bytes) -> bytes:
    """Return a JPEG without comments, Exif, XMP, other application segments, or trailing bytes.

    Raises:
        ValueError: the markers do not form an unbroken sequence up to the end of the image.
    """
    return image[:2] + b"".join(_kept_jpeg_parts(image)) + b"\xff\xd9"


def _kept_jpeg_parts(image: bytes) -> Iterator[bytes]:
    at = 2
    while True:
        marker = _JPEG_MARKER.search(image, at)
        if marker is None:
            raise ValueError("the JPEG has no end marker")
        kind, start = marker.group(1)[0], marker.start()
        if kind == _EOI:
            return
        at = start + 2 + int.from_bytes(image[start + 2 : start + 4], "big")
        if kind == _SOS:
            at = _end_of_scan(image, at)
        if _is_jpeg_part_kept(kind, image[start + 4 : start + 16]):
            yield image[start:at]


def _end_of_scan(image: bytes, at: int) -> int:
    following = _JPEG_MARKER.search(image, at)
    if following is None:
        raise ValueError("the JPEG has no end marker")
    return following.start()


def _is_jpeg_part_kept(kind: int, opening: bytes) -> bool:
    if _APP0 <= kind <= _APP15:
        return kind in _JPEG_KEPT_APPS and opening.startswith(_JPEG_KEPT_APPS[kind])
    return kind != _COM


def without_png_metadata(image: bytes) -> bytes:
    """Return a PNG with only those chunks that contain pixels and colours.

    Raises:
        ValueError: the chunks do not form an unbroken sequence up to IEND, or a checksum is wrong.
    """
    kept, at = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while True:
        length, kind = int.from_bytes(image[at : at + 4], "big"), image[at + 4 : at + 8]
        chunk = image[at : at + 12 + length]
        if len(chunk) != 12 + length or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise ValueError("a PNG chunk is broken")
        if kind in _PNG_KEPT:
            kept.append(chunk)
        if kind == b"IEND":
            return b"".join(kept)
        at += len(chunk)


def without_webp_metadata(image: bytes) -> bytes:
    """Return a WebP without Exif, XMP, unknown chunks, or trailing bytes.

    Raises:
        ValueError: a chunk is cut off.
    """
    stop, at, kept = 8 + int.from_bytes(image[4:8], "little"), 12, b"WEBP"
    while at + 8 <= stop:
        kind, length = image[at : at + 4], int.from_bytes(image[at + 4 : at + 8], "little")
        chunk = image[at : at + 8 + length + length % 2]
        if len(chunk) != 8 + length + length % 2:
            raise ValueError("a WebP chunk is cut off")
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_EXIF_AND_XMP_FLAGS]) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept += chunk
        at += len(chunk)
    return b"RIFF" + len(kept).to_bytes(4, "little") + kept
