"""Builds HTTP responses that contain an image, a clip or a byte range of a clip from the media store.

The responses have a fixed set of headers without ETag, Last-Modified or file name. ETag, Last-Modified or a
file name could reveal that clips were uploaded in one batch and belong to one model.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from app.capacity import Capacity
from app.media.padding import ByteRange, parse_range
from app.media.store import MediaStore, StoreError
from app.media.unreadable import unreadable


def image_response(
    store: MediaStore, key: str, media_type: str, *, cache_control: str, capacity: Capacity
) -> Response:
    """Return a response with a stored image.

    Raises:
        Unavailable: the file is missing or damaged, or the store does not respond.
    """
    try:
        size = store.size(key)
        chunks = _started(store.read_range(key, 0, size))
    except StoreError as error:
        raise unreadable("The image", error) from error
    headers = {"Cache-Control": cache_control, "Content-Length": str(size)}
    return StreamingResponse(capacity.stream(chunks), media_type=media_type, headers=headers)


def video_response(
    request: Request,
    read: Callable[[ByteRange], Iterator[bytes]],
    length: int,
    *,
    cache_control: str,
    capacity: Capacity,
) -> Response:
    """Return the requested range of a video of `length` bytes. Without a range, return the whole video.

    Raises:
        RangeNotSatisfiable: the range contains no byte of the video.
        StoreError: the video cannot be read.
    """
    asked = parse_range(request.headers.get("range"), length)
    span = asked or ByteRange(0, length)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": cache_control,
        "Content-Length": str(span.stop - span.start),
    }
    if asked:
        headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{length}"
    status = 206 if asked else 200
    chunks = capacity.stream(_started(read(span)))
    return StreamingResponse(chunks, status_code=status, media_type="video/mp4", headers=headers)


def _started(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Read the first chunk now, so that an error of the store still changes the status of the response."""
    return chain([next(chunks, b"")], chunks)
