"""Addresses of the small pictures that pages show; `app.gallery` serves them."""

from typing import Literal

# Pixels of a picture's width: a tile of the gallery, and the image of one pair.
ThumbnailWidth = Literal[240, 640]
TILE: ThumbnailWidth = 240
LARGE: ThumbnailWidth = 640


def thumbnail_url(image_key: str, width: ThumbnailWidth) -> str:
    """Return the address of an image's small copy; it changes with the image, so browsers keep it for ever.

    >>> thumbnail_url("images/ab/abcd", 240)
    '/pictures/abcd-240.webp'
    """
    return f"/pictures/{image_key.rpartition('/')[2]}-{width}.webp"
