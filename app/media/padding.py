"""Pads both renditions of an assignment to the same length, so that file sizes do not identify models.

Rounding up the length of each file separately would not hide the model: MotiF's files are larger than
CogVideoX's in 51 of 51 pairs. Each rendition ends in an MP4 `free` box, which players skip. The box is added
while the file is served, and is never stored.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.errors import RangeNotSatisfiable

PADDING_STEP_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024
FREE_BOX_HEADER_BYTES = 8
_MAX_BOX_BYTES = 2**32 - 1

# The number of digits of 2^63. A Range header with a longer number is ignored as malformed.
_ONE_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,19})-([0-9]{0,19})|-([0-9]{1,19}))[ \t]*", re.IGNORECASE)

ReadRange = Callable[[int, int], Iterator[bytes]]


@dataclass(frozen=True)
class ByteRange:
    """The bytes from `start` to `stop`, without the byte at `stop`. A range is never empty."""

    start: int
    stop: int


def parse_range(header: str | None, length: int) -> ByteRange | None:
    """Parse a Range header for a body of `length` bytes; None means the whole body.

    A header with several ranges, with another unit or with errors means the whole body; RFC 9110 (14.2)
    allows this.

    >>> parse_range("bytes=-2", 10)
    ByteRange(start=8, stop=10)

    Raises:
        RangeNotSatisfiable: the range starts after the end of the body, or requests the last 0 bytes.
    """
    match = _ONE_RANGE.fullmatch(header) if header else None
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, stop = max(0, length - int(suffix)), length
    else:
        start, stop = int(first), min(length, int(last) + 1 if last else length)
        if last and int(last) < start:
            return None
    if start >= stop:
        raise RangeNotSatisfiable(length=length)
    return ByteRange(start, stop)


def padded_length(a_bytes: int, b_bytes: int) -> int:
    """Return the number of bytes that the server sends for each of an assignment's two renditions.

    The length is the size of the larger file plus a box header, rounded up to a multiple of
    `PADDING_STEP_BYTES`. With this length, both files have room for a `free` box.

    >>> padded_length(100_000, 70_000)
    131072
    """
    return -(-(max(a_bytes, b_bytes) + FREE_BOX_HEADER_BYTES) // PADDING_STEP_BYTES) * PADDING_STEP_BYTES


def padded_range(
    read_range: ReadRange, real_size: int, padded_size: int, start: int, stop: int
) -> Iterator[bytes]:
    """Yield bytes [start, stop) of the served body: the stored file, then a `free` box that fills the rest.

    The sizes of the chunks depend only on the range. If a chunk ended where the stored file ends, the
    response time and the sizes of network packets would reveal the size of the file.

    Args:
        read_range: a function of start and stop that yields bytes of the stored file, such as
            `MediaStore.read_range`.
        real_size: size of the stored file, in bytes.
        padded_size: size of the served body, in bytes: at least `real_size` plus a box header, as
            `padded_length` guarantees.
        start: index of the first byte to yield, inside the served body.
        stop: index after the last byte to yield, at most `padded_size`.

    Raises:
        ValueError: there is no room for the box, or the range exceeds the body.
    """
    box_bytes = padded_size - real_size
    if not FREE_BOX_HEADER_BYTES <= box_bytes <= _MAX_BOX_BYTES:
        raise ValueError(f"no room for a free box: the file has {real_size} of {padded_size} bytes")
    if not 0 <= start <= stop <= padded_size:
        raise ValueError(f"[{start}, {stop}) exceeds the {padded_size} bytes of the body")
    return _equal_chunks(_file_then_box(read_range, real_size, box_bytes, start, stop))


def _equal_chunks(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in chunks of `CHUNK_BYTES`; only the last chunk may be shorter."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        yield bytes(waiting)


def _file_then_box(
    read_range: ReadRange, real_size: int, box_bytes: int, start: int, stop: int
) -> Iterator[bytes]:
    if start < real_size:
        yield from read_range(start, min(stop, real_size))
    yield from _free_box_range(box_bytes, max(0, start - real_size), max(0, stop - real_size))


def _free_box_range(box_bytes: int, start: int, stop: int) -> Iterator[bytes]:
    header = box_bytes.to_bytes(4, "big") + b"free"
    if start < min(stop, FREE_BOX_HEADER_BYTES):
        yield header[start:stop]
        start = FREE_BOX_HEADER_BYTES
    while start < stop:
        yield bytes(min(CHUNK_BYTES, stop - start))
        start += CHUNK_BYTES
