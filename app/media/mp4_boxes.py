"""Reads the top-level boxes of an MP4 file without a media library.

Source: ISO/IEC 14496-12, 4.2 (a box has a 32-bit size, a 4-letter type, an optional 64-bit size, a body).
"""

from dataclasses import dataclass
from typing import BinaryIO

_MAX_BOXES = 10_000


@dataclass(frozen=True)
class Box:
    """A box of an MP4 file.

    `size` is the declared size in bytes, header included. The file can be shorter than the declared size.
    """

    kind: bytes
    start: int
    size: int

    @property
    def stop(self) -> int:
        return self.start + self.size


def outer_boxes(file: BinaryIO, file_bytes: int) -> list[Box]:
    """Return the top-level boxes of an MP4 file in order. The last box may be cut off.

    Reading stops at bytes that cannot be a box because the declared size is smaller than the header.
    """
    boxes: list[Box] = []
    start = 0
    while start < file_bytes and len(boxes) < _MAX_BOXES:
        file.seek(start)
        box = _read_box(file.read(16), start, file_bytes)
        if box is None:
            break
        boxes.append(box)
        start = box.stop
    return boxes


def _read_box(header: bytes, start: int, file_bytes: int) -> Box | None:
    if len(header) < 8:
        return None
    size, kind, header_bytes = int.from_bytes(header[:4], "big"), header[4:8], 8
    if size == 0:  # size 0 means that the box extends to the end of the file
        size = file_bytes - start
    elif size == 1:
        size, header_bytes = int.from_bytes(header[8:16], "big"), 16
    return Box(kind, start, size) if size >= header_bytes else None
