"""Makes thumbnails of benchmark images.

A thumbnail is stored under a key that is derived from the full image.
"""

from app.context import AppContext
from app.errors import NotFound
from app.media.images import ImageRejected, make_thumbnail
from app.media.store import MediaMissing, StoreError, content_key
from app.media.thumbnail_urls import ThumbnailWidth
from app.media.unreadable import unreadable


def thumbnail(context: AppContext, *, sha256: str, width: ThumbnailWidth) -> bytes:
    """Return the WebP thumbnail of a benchmark's image; the first request makes the thumbnail.

    Raises:
        NotFound: no benchmark has this image.
        Unavailable: the store does not respond, or the image cannot be decoded.
    """
    key = content_key(f"thumbnails-{width}", sha256)
    try:
        try:
            size = context.store.size(key)
        except MediaMissing:
            _make(context, key, sha256=sha256, width=width)
            size = context.store.size(key)
        return b"".join(context.store.read_range(key, 0, size))
    except MediaMissing as error:
        raise NotFound("There is no such image.") from error
    except (StoreError, ImageRejected) as error:
        raise unreadable("This image", error) from error


def _make(context: AppContext, key: str, *, sha256: str, width: ThumbnailWidth) -> None:
    # Two concurrent requests may both make the thumbnail. The bytes are the same, and the store keeps the
    # first file.
    store = context.store
    with store.open_local(content_key("images", sha256)) as image, store.private_file() as small:
        make_thumbnail(image, small, width, sandbox=context.sandbox)
        store.put(key, small)
