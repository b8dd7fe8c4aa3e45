"""Writes an H.264 track as an MP4 with a fixed set of boxes.

Two files that this module wrote differ only in their pictures.

The file has a single chunk, and its index comes before the pictures. The file contains no creation time and
no program name. The time unit depends only on the frame rate. Two clips with the same rate and number of
frames therefore have exactly the same duration.

Source: ISO/IEC 14496-12 (2022), 8; ISO/IEC 14496-15, 5.4.2 (avc1).
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from app.media.sandbox.h264 import H264Stream

# Minimum number of ticks per second. Fewer ticks are legal, but some players round the times.
_MIN_CLOCK_HZ = 10_000
_UNITY_MATRIX = b"".join(n.to_bytes(4, "big") for n in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
_UNDETERMINED_LANGUAGE = 0x55C4
_DOTS_PER_INCH = 72 << 16
_ONE = 1 << 16  # 16.16 fixed point


@dataclass(frozen=True)
class VideoTrack:
    """A coded clip with a constant frame rate.

    Attributes:
        stream: the parameter sets, and the pictures in decoding order.
        width: width of a frame, in pixels.
        height: height of a frame, in pixels.
        fps: frames per second.
        order: for each picture in decoding order, its position in the display order. None means that both
            orders are equal; the file then has no boxes for reordering.
    """

    stream: H264Stream
    width: int
    height: int
    fps: Fraction
    order: tuple[int, ...] | None = None

    @property
    def frames(self) -> int:
        return len(self.stream.samples)

    @property
    def ticks_per_frame(self) -> int:
        return self.fps.denominator * self._multiple

    @property
    def clock_hz(self) -> int:
        return self.fps.numerator * self._multiple

    @property
    def duration(self) -> int:
        """The duration of all frames, in ticks."""
        return self.frames * self.ticks_per_frame

    @property
    def delay(self) -> int:
        """The maximum delay, in pictures: decoding position minus display position."""
        return max((at - shown for at, shown in enumerate(self.order or ())), default=0)

    @property
    def _multiple(self) -> int:
        return -(-_MIN_CLOCK_HZ // self.fps.numerator)


def write_mp4(track: VideoTrack, target: Path) -> None:
    """Write a track to an MP4 file. The time of the first frame is 0."""
    head = _box(b"ftyp", b"isom", _u32(512), b"isomiso2avc1mp41")
    # The size of the index does not depend on the offset that is stored in it.
    offset = len(head) + len(_index(track, 0)) + 8
    with target.open("wb") as file:
        file.write(head + _index(track, offset))
        size = sum(len(sample.content) for sample in track.stream.samples)
        file.write(_u32(8 + size) + b"mdat")
        for sample in track.stream.samples:
            file.write(sample.content)


def _index(track: VideoTrack, offset: int) -> bytes:
    edits = b"" if track.order is None else _edits(track)
    header = _full_box(
        b"mvhd",
        bytes(8),  # zeros instead of the times of creation and change
        _u32(track.clock_hz, track.duration, _ONE),
        bytes(12),  # no volume
        _UNITY_MATRIX,
        bytes(24),
        _u32(2),  # next track
    )
    return _box(b"moov", header, _box(b"trak", _track_header(track), edits, _media(track, offset)))


def _track_header(track: VideoTrack) -> bytes:
    return _full_box(
        b"tkhd",
        bytes(8),
        _u32(1, 0, track.duration),
        bytes(16),
        _UNITY_MATRIX,
        _u32(track.width << 16, track.height << 16),
        flags=3,  # enabled, part of the presentation
    )


def _edits(track: VideoTrack) -> bytes:
    """Return an edit list that starts playback at the first shown picture.

    Reordering of pictures delays the first shown picture.
    """
    entry = _u32(1, track.duration, track.delay * track.ticks_per_frame, _ONE)
    return _box(b"edts", _full_box(b"elst", entry))


def _media(track: VideoTrack, offset: int) -> bytes:
    header = _full_box(
        b"mdhd",
        bytes(8),
        _u32(track.clock_hz, track.duration),
        _UNDETERMINED_LANGUAGE.to_bytes(2, "big"),
        bytes(2),
    )
    handler = _full_box(b"hdlr", bytes(4), b"vide", bytes(12), b"VideoHandler\0")
    # The flag of the `url ` box states that the media is in this file.
    references = _full_box(b"dref", _u32(1), _full_box(b"url ", flags=1))
    information = _box(
        b"minf",
        _full_box(b"vmhd", bytes(8), flags=1),
        _box(b"dinf", references),
        _samples(track, offset),
    )
    return _box(b"mdia", header, handler, information)


def _samples(track: VideoTrack, offset: int) -> bytes:
    samples = track.stream.samples
    keys = [number for number, sample in enumerate(samples, start=1) if sample.is_idr]
    return _box(
        b"stbl",
        _full_box(b"stsd", _u32(1), _sample_entry(track)),
        _full_box(b"stts", _u32(1, track.frames, track.ticks_per_frame)),
        b"" if track.order is None else _full_box(b"ctts", _composition_offsets(track, track.order)),
        _full_box(b"stss", _u32(len(keys), *keys)),
        _full_box(b"stsc", _u32(1, 1, track.frames, 1)),
        _full_box(b"stsz", _u32(0, track.frames, *(len(sample.content) for sample in samples))),
        _full_box(b"stco", _u32(1, offset)),
    )


def _composition_offsets(track: VideoTrack, order: tuple[int, ...]) -> bytes:
    offsets = [(shown + track.delay - at) * track.ticks_per_frame for at, shown in enumerate(order)]
    return _u32(track.frames) + b"".join(_u32(1, offset) for offset in offsets)


def _sample_entry(track: VideoTrack) -> bytes:
    size = track.width.to_bytes(2, "big") + track.height.to_bytes(2, "big")
    return _box(
        b"avc1",
        bytes(6),
        (1).to_bytes(2, "big"),  # data reference
        bytes(16),
        size,
        _u32(_DOTS_PER_INCH, _DOTS_PER_INCH, 0),
        (1).to_bytes(2, "big"),  # one frame per sample
        bytes(32),  # no compressor's name
        (24).to_bytes(2, "big"),
        b"\xff\xff",
        _box(b"avcC", track.stream.configuration),
    )


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return _u32(8 + len(body)) + kind + body


def _full_box(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return _box(kind, _u32(flags), *parts)


def _u32(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers)
