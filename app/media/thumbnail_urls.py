"""Builds the URLs of thumbnails on pages. `app.gallery` serves the thumbnails."""

from typing import Literal

# Widths in pixels: 240 for a tile of the gallery, 640 for the image on a pair's page.
ThumbnailWidth = Literal[240, 640]
TILE: ThumbnailWidth = 240
LARGE: ThumbnailWidth = 640


def thumbnail_url(image_key: str, width: ThumbnailWidth) -> str:
    """Return the URL of an image's thumbnail. The URL is derived from the image and cached permanently.

    >>> thumbnail_url("images/ab/abcd", 240)
    '/thumbnails/abcd-240.webp'
    """
    return f"/thumbnails/{image_key.rpartition('/')[2]}-{width}.webp"
