"""Changes single boxes of MP4 files that FFmpeg wrote, for clips that no encoder can produce."""

from pathlib import Path

_ONE = 1 << 16
_PATH_TO_VIDEO = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1")


def set_matrix(clip: Path, a: int, b: int, c: int, d: int, *, x: int = 0, y: int = 0) -> Path:
    """Write the display matrix x' = ax + cy, y' = bx + dy of the only track; the numbers are integers."""
    content = bytearray(clip.read_bytes())
    values = (a * _ONE, b * _ONE, 0, c * _ONE, d * _ONE, 0, x * _ONE, y * _ONE, 1 << 30)
    # Version 0 of tkhd: the matrix begins 40 bytes behind version and flags.
    start = content.index(b"tkhd") + 4 + 40
    content[start : start + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in values)
    clip.write_bytes(content)
    return clip


def set_container_pixel_ratio(clip: Path, width: int, height: int) -> Path:
    """Write a `pasp` box after avcC, or change an existing `pasp` box; the index must be at the end."""
    content = bytearray(clip.read_bytes())
    ratio = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    found = content.find(b"pasp")
    if found >= 0:
        content[found + 4 : found + 12] = ratio
    else:
        start = content.index(b"avcC") - 4
        behind = start + int.from_bytes(content[start : start + 4], "big")
        content[behind:behind] = (16).to_bytes(4, "big") + b"pasp" + ratio
        for kind in _PATH_TO_VIDEO:
            size = content.index(kind) - 4
            grown = int.from_bytes(content[size : size + 4], "big") + 16
            content[size : size + 4] = grown.to_bytes(4, "big")
    clip.write_bytes(content)
    return clip


def hide_first_frames(clip: Path, *, count: int, ticks_a_frame: int) -> Path:
    """Let the edit list skip the first `count` frames."""
    content = bytearray(clip.read_bytes())
    entry = content.index(b"elst") + 4 + 8  # behind type, version and count
    content[entry + 4 : entry + 8] = (count * ticks_a_frame).to_bytes(4, "big")
    clip.write_bytes(content)
    return clip


# Bytes of a box before the boxes inside it, behind size and type.
_FIELDS = {b"stsd": 8, b"dref": 8, b"meta": 4, b"avc1": 78, b"vp09": 78, b"av01": 78}


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def append_to_box(content: bytes, path: tuple[bytes, ...], data: bytes) -> bytes:
    """Append bytes to the first box with this path, and correct the sizes; moov must follow mdat.

    An empty path means the end of the file.
    """
    if not path:
        return content + data
    starts, stop = _found(content, path)
    edited = bytearray(content[:stop] + data + content[stop:])
    for start in starts:
        size = int.from_bytes(edited[start : start + 4], "big") + len(data)
        edited[start : start + 4] = size.to_bytes(4, "big")
    return bytes(edited)


def overwrite_in_box(content: bytes, path: tuple[bytes, ...], offset: int, data: bytes) -> bytes:
    """Overwrite bytes in the first box with this path, `offset` bytes after the type of the box."""
    start = _found(content, path)[0][-1] + 8 + offset
    return content[:start] + data + content[start + len(data) :]


def _found(content: bytes, path: tuple[bytes, ...]) -> tuple[list[int], int]:
    """Return the start of each box of the path, and the end of the last box."""
    starts: list[int] = []
    start, stop = 0, len(content)
    for kind in path:
        at = start
        while content[at + 4 : at + 8] != kind:
            at += int.from_bytes(content[at : at + 4], "big")
            assert at < stop, f"no box {kind!r}"
        starts.append(at)
        stop = at + int.from_bytes(content[at : at + 4], "big")
        start = at + 8 + _FIELDS.get(kind, 0)
    return starts, stop
