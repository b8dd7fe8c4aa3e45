"""Converts images to what browsers show: upright, 8-bit sRGB, with transparent parts on white.

Models, thumbnails, figures and image distances all read images through `open_image` and `displayed`, and
therefore use the pixels that a browser shows. `is_plain` returns whether the stored pixels of a file equal
the displayed pixels; if so, every program shows the same picture.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

# Colour differences of up to this many levels (of 255) are rounding errors.
_ROUNDING_LEVELS = 2
_PROFILE_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}
_EXIF_ORIENTATION, _UPRIGHT = 0x0112, 1
_SRGB_GAMMA = 1 / 2.2
# White, red, green and blue as (x, y), in the order of a PNG's cHRM chunk.
_SRGB_CHROMATICITY = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_NEAR = 0.01
# IEC 61966-2-1: linear sRGB from CIE XYZ.
_SRGB_FROM_XYZ = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]], np.float64
)


_CICP_SRGB = (1, 13)  # ITU-T H.273: BT.709 primaries, sRGB transfer


class CannotDisplay(ValueError):
    """The image cannot be converted to sRGB; the message is a sentence with the reason."""


def open_image(file: Path | BinaryIO, *, formats: list[str] | tuple[str, ...] | None = None) -> Image.Image:
    """Open an image with all metadata that `displayed` needs, including the cICP chunk of a PNG.

    Pillow ignores the cICP chunk, so this function reads the chunk itself.

    Raises:
        OSError, ValueError, SyntaxError: raised by Pillow if the file is not an image in one of `formats`.
    """
    image = Image.open(file, formats=formats)
    if image.format == "PNG":
        image.info.update(_coding_points(image.fp))
        _scale_clear_value(image)
    return image


def displayed(image: Image.Image) -> Image.Image:
    """Return an image as browsers show it: mode RGB, in sRGB, upright, on a white background.

    Args:
        image: an image of any mode from `open_image`, with its metadata.

    Raises:
        CannotDisplay: the image has 32-bit pixels, the cICP chunk of a PNG declares colours other than sRGB,
            or a 16-bit colour of a PNG is transparent.
        OSError, ValueError, SyntaxError: raised by Pillow if the file is damaged.
    """
    upright = ImageOps.exif_transpose(image)
    colour, alpha = _colour_and_alpha(upright)
    seen = _in_srgb(colour, upright.info)
    if alpha is None:
        return seen
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=alpha)
    return white


def is_plain(image: Image.Image) -> bool:
    """Return whether the stored pixels equal the pixels that `displayed` returns, except for rounding."""
    if image.mode not in ("1", "L", "P", "RGB") or image.has_transparency_data:
        return False
    if image.getexif().get(_EXIF_ORIENTATION, _UPRIGHT) != _UPRIGHT:
        return False
    if _has_other_gamma(image.info) or _has_other_coding_points(image.info):
        return False
    modes = ("L", "RGB") if image.mode in ("1", "L") else ("RGB",)
    transforms = {mode: _transform(image.info.get("icc_profile"), mode) for mode in modes}
    return all(each is None or _keeps_colours(each, mode) for mode, each in transforms.items())


def _colour_and_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the colours in a mode that ICC profiles support, and the alpha channel (None if missing)."""
    if image.mode in ("I", "F"):
        raise CannotDisplay(
            "The image has 32-bit pixels without a defined black and white. Save the image with 8 bits."
        )
    if image.mode.startswith("I;16"):
        return _from_16_bit(image)
    if "clear_16_bit_colour" in image.info:
        raise CannotDisplay("A 16-bit colour of the PNG is transparent. Save the image with 8 bits.")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        colour = image.convert("L") if image.mode in ("LA", "La") else layered.convert("RGB")
        return colour, layered.getchannel("A")
    if image.mode == "1":
        return image.convert("L"), None
    return (image if image.mode in _PROFILE_SPACES else image.convert("RGB")), None


def _from_16_bit(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    numbers = np.asarray(image).astype(np.uint16)
    # Keep the higher byte, like browsers, and like Pillow for 16-bit colour images.
    grey = Image.fromarray((numbers >> 8).astype(np.uint8))
    clear = image.info.get("transparency")
    if clear is None:
        return grey, None
    return grey, Image.fromarray(np.where(numbers == clear, 0, 255).astype(np.uint8))


def _in_srgb(colour: Image.Image, info: dict[Any, Any]) -> Image.Image:
    if _has_other_coding_points(info):
        raise CannotDisplay("The PNG has a cICP chunk with colours other than sRGB. Save the image as sRGB.")
    # Browsers apply an RGB profile to grey images too.
    for candidate in (colour, *([colour.convert("RGB")] if colour.mode == "L" else [])):
        transform = _transform(info.get("icc_profile"), candidate.mode)
        if transform is not None:
            converted = ImageCms.applyTransform(candidate, transform)
            assert converted is not None  # applyTransform returns None only with inPlace
            return converted
    rgb = colour.convert("RGB")
    return _from_gamma(rgb, info) if _has_other_gamma(info) else rgb


@lru_cache(maxsize=8)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the colour transform from an ICC profile to sRGB.

    Return None for a profile that browsers ignore.
    """
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if source.profile.xcolor_space != _PROFILE_SPACES.get(mode):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _keeps_colours(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Return whether a transform leaves all colours of a coarse test grid unchanged."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    if mode == "L":
        grid = Image.fromarray(steps[None])
    else:
        grid = Image.fromarray(np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3))
    converted = ImageCms.applyTransform(grid, transform)
    difference = np.asarray(converted, np.int16) - np.asarray(grid.convert("RGB"), np.int16)
    return bool(np.abs(difference).max() <= _ROUNDING_LEVELS)


def _coding_points(file: Any) -> dict[str, tuple[int, ...]]:
    """Return a PNG's cICP chunk (its colour space) as a metadata entry.

    If the PNG has no cICP chunk, return an empty dictionary. The file's read position does not change.
    """
    before = file.tell()
    file.seek(8)
    found: dict[str, tuple[int, ...]] = {}
    while len(header := file.read(8)) == 8 and header[4:] not in (b"IDAT", b"IEND"):
        length = int.from_bytes(header[:4], "big")
        if header[4:] == b"cICP":
            found = {"cicp": tuple(file.read(length))}
            break
        file.seek(length + 4, 1)
    file.seek(before)
    return found


def _scale_clear_value(image: ImageFile.ImageFile) -> None:
    """Convert the transparent value of a grey or colour PNG (chunk tRNS) to the values that Pillow decodes.

    Pillow scales grey values of 1, 2 or 4 bits to 8 bits, but not the transparent value. Pillow keeps only
    the higher byte of 16-bit colours, so the colour that is transparent cannot be found; such an image gets
    the entry `clear_16_bit_colour`.
    """
    clear, file = image.info.get("transparency"), image.fp
    if clear is None or image.mode not in ("1", "L", "RGB") or file is None:
        return
    before = file.tell()
    file.seek(24)  # the bit depth in the chunk IHDR
    depth = file.read(1)[0]
    file.seek(before)
    if depth == 16 and image.mode == "RGB":
        image.info["clear_16_bit_colour"] = clear
    elif depth < 8 and isinstance(clear, int):
        image.info["transparency"] = clear % 2**depth * 255 // (2**depth - 1)


def _has_other_coding_points(info: dict[Any, Any]) -> bool:
    return tuple(info.get("cicp", _CICP_SRGB)[:2]) != _CICP_SRGB


def _has_other_gamma(info: dict[Any, Any]) -> bool:
    """Return whether a PNG declares a gamma, or colour primaries, that differ from sRGB.

    If the PNG has an sRGB chunk, a cICP chunk or an ICC profile, its gamma and primaries do not apply.
    """
    gamma = info.get("gamma")
    if not gamma or "srgb" in info or "cicp" in info or info.get("icc_profile"):
        return False
    primaries = info.get("chromaticity", _SRGB_CHROMATICITY)
    differences = np.abs(np.subtract((gamma, *primaries), (_SRGB_GAMMA, *_SRGB_CHROMATICITY)))
    return bool(differences.max() > _NEAR)


def _from_gamma(rgb: Image.Image, info: dict[Any, Any]) -> Image.Image:
    """Return a PNG's pixels in sRGB, converted with the gamma and the primaries in its metadata."""
    linear = (np.asarray(rgb, np.float64) / 255) ** (1 / info["gamma"])
    if "chromaticity" in info:
        linear = linear @ (_SRGB_FROM_XYZ @ _xyz_from_rgb(info["chromaticity"])).T
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.rint(255 * encoded).astype(np.uint8))


def _xyz_from_rgb(chromaticity: tuple[float, ...]) -> Any:
    """Return the matrix from linear RGB to XYZ.

    Args:
        chromaticity: x and y of white, red, green and blue, in the order of the PNG specification, 11.3.3.1.
    """
    white, *primaries = np.asarray(chromaticity, np.float64).reshape(4, 2)
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    white_xyz = np.array([white[0] / white[1], 1.0, (1 - white.sum()) / white[1]])
    return columns * np.linalg.solve(columns, white_xyz)
