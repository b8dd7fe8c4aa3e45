"""Reads a pair's input image and brings it to a model's size."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from PIL import Image, ImageOps

from models.generators.base import BadInput, ClipRequest


class Fit(StrEnum):
    """How an image of another shape becomes a model's size.

    The published clips do not say which was used, so it is a setting of every adapter.
    """

    COVER = "cover"
    STRETCH = "stretch"


def read_image(path: Path) -> Image.Image:
    """Return the image as RGB, turned upright, transparency on white.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with Image.open(path) as file:
            upright = ImageOps.exif_transpose(file)
            if upright.has_transparency_data:
                layered = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)
            return upright.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInput(f"The input image {path.name} cannot be read.") from error


def readable_images(requests: Sequence[ClipRequest]) -> list[Image.Image]:
    """Return the images of the first requests, up to one that cannot be read: it must not fail the others.

    Raises:
        BadInput: it is the very first.
    """
    images: list[Image.Image] = []
    for request in requests:
        try:
            images.append(read_image(request.image))
        except BadInput:
            if not images:
                raise
            break
    return images


def fitted(image: Image.Image, width: int, height: int, fit: Fit = Fit.COVER) -> Image.Image:
    """Return the image at a size: its centre cut to the shape, or all of it stretched."""
    if fit is Fit.STRETCH:
        return image.resize((width, height), Image.Resampling.LANCZOS)
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
