"""Reads input images and resizes them to a model's resolution."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from PIL import Image, ImageOps

from benchmark.image_display import CannotDisplay, displayed, open_image
from models.generators.base import BadInput, ClipRequest


class FitMode(StrEnum):
    """How to resize an image whose aspect ratio differs from the model's.

    `cover` crops the image around its centre, `stretch` distorts the image.

    Every adapter sets the fit mode, because the benchmark's authors did not publish a fit mode.
    """

    COVER = "cover"
    STRETCH = "stretch"


def read_image(path: Path) -> Image.Image:
    """Decode an image file to RGB as a viewer shows it; transparent pixels are composited on white.

    Raises:
        BadInput: the image cannot be decoded.
    """
    try:
        with open_image(path) as file:
            return displayed(file)
    except CannotDisplay as error:
        raise BadInput(f"The input image {path.name} is not accepted. {error}") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInput(f"The input image {path.name} cannot be read.") from error


def read_leading_images(requests: Sequence[ClipRequest]) -> list[Image.Image]:
    """Read the images of the requests. The function stops at the first image that cannot be read.

    The request with the unreadable image fails later; the earlier requests are not affected.

    Raises:
        BadInput: the first image cannot be read.
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


def fit_image(
    image: Image.Image,
    width: int,
    height: int,
    fit: FitMode = FitMode.COVER,
    resampling: Image.Resampling = Image.Resampling.LANCZOS,
) -> Image.Image:
    """Resize an image to exactly (width, height)."""
    if fit is FitMode.STRETCH:
        return image.resize((width, height), resampling)
    return ImageOps.fit(image, (width, height), resampling)
