"""Draws unusual images, which image readers interpret differently."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 48, 32
_D50 = (0.9642, 1.0, 0.8249)
# Display P3 in CIE XYZ relative to D50, as Apple's profile has it.
_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))


def slope() -> NDArray[np.uint8]:
    """Return an image, (HEIGHT, WIDTH, 3), of saturated colours without symmetry."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    colours = np.stack([255 - rows * 7, columns * 5, 40 + rows * 2 + columns], axis=-1)
    return colours.clip(0, 255).astype(np.uint8)


def grey_slope() -> NDArray[np.uint8]:
    return np.tile(np.linspace(0, 255, WIDTH), (HEIGHT, 1)).astype(np.uint8)


def profile(space: bytes, gamma: float) -> bytes:
    """Return a small ICC profile: Display P3 primaries for b"RGB ", none for b"GRAY"."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256))
    tags = [(b"desc", b"desc" + struct.pack(">II", 0, 5) + b"test\0" + bytes(79)), (b"wtpt", _xyz(_D50))]
    if space == b"GRAY":
        tags.append((b"kTRC", curve))
    else:
        tags += [(name, _xyz(each)) for name, each in zip((b"rXYZ", b"gXYZ", b"bXYZ"), _P3, strict=True)]
        tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    tags.append((b"cprt", b"text" + bytes(4) + b"none\0"))
    table, data, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, body in tags:
        body += bytes(-len(body) % 4)
        table += name + struct.pack(">II", at + len(data), len(body))
        data += body
    header = struct.pack(
        ">I4sI4s4s4s12s4s", 0, bytes(4), 0x02400000, b"mntr", space, b"XYZ ", bytes(12), b"acsp"
    )
    header += bytes(28) + b"".join(struct.pack(">i", round(each * 65536)) for each in _D50) + bytes(48)
    whole = header + table + data
    return struct.pack(">I", len(whole)) + whole[4:]


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(each * 65536)) for each in values)


def png(samples: NDArray[Any], colour_type: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of `samples` in their bit depth, with extra chunks before IDAT."""
    height, width = samples.shape[:2]
    depth = 8 * samples.dtype.itemsize
    rows = samples.astype(f">u{samples.dtype.itemsize}").reshape(height, -1)
    coded = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)), *chunks]
    parts += [(b"IDAT", coded), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def _low_depth_png(bits: int, clear: int) -> bytes:
    """Return a grey PNG with `bits` bits per pixel; pixels with the value `clear` are transparent."""
    values = grey_slope() >> (8 - bits)
    each_bit = (values[..., None] >> np.arange(bits)[::-1]) & 1
    packed = np.packbits(each_bit.reshape(HEIGHT, -1), axis=1)
    coded = png(packed[..., None], 0, (b"tRNS", struct.pack(">H", clear)))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, 0, 0, 0, 0)
    return coded[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + coded[33:]


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _wide(samples: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return 16-bit samples that have no exact 8-bit value."""
    return samples.astype(np.uint16) * 256 + 100


def _with_alpha(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.dstack([samples, grey_slope()[:, ::-1]])


def _gamma(numbers: tuple[float, ...]) -> bytes:
    return b"".join(struct.pack(">I", round(number * 100_000)) for number in numbers)


def _turned(orientation: int, form: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(Image.fromarray(slope()), form, exif=exif, quality=95)


def _palette() -> Image.Image:
    return Image.fromarray(slope()).quantize(16)


_SRGB_CHROMATICITY = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_P3_CHROMATICITY = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)

# File endings and contents by kind.
ODD_IMAGES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "16-bit grey": ("png", lambda: png(_wide(grey_slope()), 0)),
    "16-bit colour": ("png", lambda: png(_wide(slope()), 2)),
    "16-bit grey with alpha": (
        "png",
        lambda: png(_wide(np.dstack([grey_slope(), grey_slope()[:, ::-1]])), 4),
    ),
    "16-bit colour with alpha": ("png", lambda: png(_wide(_with_alpha(slope())), 6)),
    "2-bit grey with a clear value": ("png", lambda: _low_depth_png(2, 2)),
    "1 bit with a clear value": ("png", lambda: _low_depth_png(1, 0)),
    "16-bit grey with a clear value": ("png", lambda: png(_wide(grey_slope()), 0, (b"tRNS", b"\x00\x64"))),
    "grey with alpha": ("png", lambda: png(np.dstack([grey_slope(), grey_slope()[:, ::-1]]), 4)),
    "colour with alpha": ("png", lambda: png(_with_alpha(slope()), 6)),
    "palette": ("png", lambda: saved(_palette(), "PNG")),
    "palette with clear colours": ("png", lambda: saved(_palette(), "PNG", transparency=bytes([0, 128] * 8))),
    "1 bit": ("png", lambda: saved(Image.fromarray(grey_slope()).convert("1"), "PNG")),
    "WebP with alpha": ("webp", lambda: saved(Image.fromarray(_with_alpha(slope())), "WEBP", lossless=True)),
    "CMYK": ("jpg", lambda: saved(Image.fromarray(slope()).convert("CMYK"), "JPEG", quality=95)),
    "grey JPEG": ("jpg", lambda: saved(Image.fromarray(grey_slope()), "JPEG", quality=95)),
    "wide gamut JPEG": (
        "jpg",
        lambda: saved(Image.fromarray(slope()), "JPEG", quality=95, icc_profile=profile(b"RGB ", 2.2)),
    ),
    "wide gamut PNG": (
        "png",
        lambda: saved(Image.fromarray(slope()), "PNG", icc_profile=profile(b"RGB ", 1.8)),
    ),
    "wide gamut with alpha": (
        "png",
        lambda: saved(Image.fromarray(_with_alpha(slope())), "PNG", icc_profile=profile(b"RGB ", 2.2)),
    ),
    "wide gamut palette": ("png", lambda: saved(_palette(), "PNG", icc_profile=profile(b"RGB ", 1.8))),
    "grey profile": (
        "png",
        lambda: saved(Image.fromarray(grey_slope()), "PNG", icc_profile=profile(b"GRAY", 1.4)),
    ),
    "grey JPEG with a colour profile": (
        "jpg",
        lambda: saved(Image.fromarray(grey_slope()), "JPEG", quality=95, icc_profile=profile(b"RGB ", 1.4)),
    ),
    "grey PNG with a colour profile": (
        "png",
        lambda: saved(Image.fromarray(grey_slope()), "PNG", icc_profile=profile(b"RGB ", 1.4)),
    ),
    "colour with a grey profile": (
        "jpg",
        lambda: saved(Image.fromarray(slope()), "JPEG", quality=95, icc_profile=profile(b"GRAY", 1.4)),
    ),
    "16-bit colour with a profile": (
        "png",
        lambda: png(_wide(slope()), 2, (b"iCCP", b"p\0\0" + zlib.compress(profile(b"RGB ", 1.4)))),
    ),
    "16-bit grey with a profile": (
        "png",
        lambda: png(_wide(grey_slope()), 0, (b"iCCP", b"p\0\0" + zlib.compress(profile(b"GRAY", 1.4)))),
    ),
    "grey with alpha and a profile": (
        "png",
        lambda: png(
            np.dstack([grey_slope(), grey_slope()[:, ::-1]]),
            4,
            (b"iCCP", b"p\0\0" + zlib.compress(profile(b"GRAY", 1.4))),
        ),
    ),
    "CMYK with a colour profile": (
        "jpg",
        lambda: saved(
            Image.fromarray(slope()).convert("CMYK"), "JPEG", quality=95, icc_profile=profile(b"RGB ", 1.4)
        ),
    ),
    "broken profile": ("png", lambda: saved(Image.fromarray(slope()), "PNG", icc_profile=b"no profile")),
    "linear gamma": ("png", lambda: png(slope(), 2, (b"gAMA", _gamma((1.0,))))),
    "linear gamma with primaries": (
        "png",
        lambda: png(slope(), 2, (b"gAMA", _gamma((1.0,))), (b"cHRM", _gamma(_SRGB_CHROMATICITY))),
    ),
    "primaries of Display P3": (
        "png",
        lambda: png(slope(), 2, (b"gAMA", _gamma((0.45455,))), (b"cHRM", _gamma(_P3_CHROMATICITY))),
    ),
    "primaries without gamma": ("png", lambda: png(slope(), 2, (b"cHRM", _gamma(_P3_CHROMATICITY)))),
    **{
        f"orientation {number} of a {form}": (ending, lambda number=number, form=form: _turned(number, form))
        for number in range(2, 9)
        for form, ending in (("JPEG", "jpg"), ("WEBP", "webp"), ("PNG", "png"))
        if form == "JPEG" or number == 6
    },
}


def write_odd_image(folder: Path, kind: str) -> Path:
    ending, content = ODD_IMAGES[kind]
    path = folder / f"image.{ending}"
    path.write_bytes(content())
    return path
