"""Changes single boxes of MP4 files that FFmpeg wrote, for clips no encoder makes on request."""

from pathlib import Path

_ONE = 1 << 16
_PATH_TO_VIDEO = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1")


def set_matrix(clip: Path, a: int, b: int, c: int, d: int, *, x: int = 0, y: int = 0) -> Path:
    """Write x' = ax + cy, y' = bx + dy as the display matrix of the only track; whole numbers."""
    content = bytearray(clip.read_bytes())
    values = (a * _ONE, b * _ONE, 0, c * _ONE, d * _ONE, 0, x * _ONE, y * _ONE, 1 << 30)
    # Version 0 of tkhd: the matrix begins 40 bytes behind version and flags.
    start = content.index(b"tkhd") + 4 + 40
    content[start : start + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in values)
    clip.write_bytes(content)
    return clip


def set_container_pixel_ratio(clip: Path, width: int, height: int) -> Path:
    """Write a `pasp` box behind avcC, or change the one there is; the index must be at the end."""
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
    """Let the edit list start `count` frames late."""
    content = bytearray(clip.read_bytes())
    entry = content.index(b"elst") + 4 + 8  # behind type, version and count
    content[entry + 4 : entry + 8] = (count * ticks_a_frame).to_bytes(4, "big")
    clip.write_bytes(content)
    return clip
