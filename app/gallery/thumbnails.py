"""Small copies of a benchmark's images: made once, kept in the store, addressed by their content."""

from app.errors import NotFound, Unavailable
from app.installation import Installation
from app.media.addresses import ThumbnailWidth
from app.media.pictures import PictureRejected, make_thumbnail
from app.media.store import MediaMissing, StoreError, content_key


def thumbnail(installation: Installation, *, sha256: str, width: ThumbnailWidth) -> bytes:
    """Return the WebP of a benchmark's image, made now if nobody asked for it before.

    Raises:
        NotFound: no benchmark has this image.
        Unavailable: the store does not answer, or the image cannot be read.
    """
    key = content_key(f"thumbnails-{width}", sha256)
    try:
        try:
            size = installation.store.size(key)
        except MediaMissing:
            _make(installation, key, sha256=sha256, width=width)
            size = installation.store.size(key)
        return b"".join(installation.store.read_range(key, 0, size))
    except MediaMissing as error:
        raise NotFound("There is no such picture.") from error
    except (StoreError, PictureRejected) as error:
        raise Unavailable("This picture cannot be read right now.") from error


def _make(installation: Installation, key: str, *, sha256: str, width: ThumbnailWidth) -> None:
    # Two requests may both make it; the store keeps the first, and the bytes are the same.
    store = installation.store
    with store.open_local(content_key("images", sha256)) as image, store.private_file() as small:
        make_thumbnail(image, small, width, sandbox=installation.sandbox)
        store.put(key, small)
