"""Decodes a clip inside a sandbox child and measures it; the server never imports this module."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition

from app.media.mp4_boxes import outer_boxes
from app.media.probe import ClipCode, ClipLimits
from app.media.sandbox import similarity
from app.media.sandbox.client import Json, WorkRefused

CODECS = {"h264": "h264", "vp9": "vp9", "av1": "av1", "libdav1d": "av1"}
_STEADY = 0.05  # a frame's share of the mean frame time that its own may differ by


def probe(path: str, input_image: str | None, limits: dict[str, Any]) -> dict[str, Json]:
    """Return the fields of `ClipFacts`.

    Raises:
        WorkRefused: with a `ClipCode`.
    """
    clip, allowed = Path(path), ClipLimits(**limits)
    _check_container(clip)
    with open_clip(clip) as container:
        stream = _only_video(container)
        _check_picture(stream, allowed)
        packets = _packets(container, stream, allowed)
        timing = _timing(packets, stream.time_base, allowed)
        if stream.codec_context.pix_fmt is None:
            raise WorkRefused(ClipCode.UNDECODABLE, "The file does not say what its frames look like.")
        looks = similarity.Looks(Path(input_image) if input_image else None)
        shown = 0
        for frame in _decode_all(stream, packets):
            looks.see(frame)
            shown += 1
        if shown != timing["frames"]:
            raise WorkRefused(ClipCode.UNDECODABLE, f"Only {shown} of {timing['frames']} frames decode.")
        return {
            "codec": CODECS[stream.codec_context.name],
            "pixel_format": stream.codec_context.pix_fmt,
            "width": stream.codec_context.width,
            "height": stream.codec_context.height,
            "has_audio": bool(container.streams.audio),
            "bytes": clip.stat().st_size,
            "is_static": looks.is_static,
            "first_frame_distance": looks.first_frame_distance,
            **timing,
        }


def open_clip(clip: Path) -> Any:
    """Open an MP4 for reading.

    The demuxer is forced: a 35-byte `ffconcat` text named .mp4 would otherwise open a neighbouring file.
    Metadata is never needed and may be broken UTF-8, which must not stop us.
    """
    try:
        return av.open(
            str(clip), format="mp4", options={"protocol_whitelist": "file"}, metadata_errors="replace"
        )
    except av.FFmpegError as error:
        raise WorkRefused(ClipCode.UNDECODABLE, "The MP4 is damaged: its index cannot be read.") from error


def _check_container(clip: Path) -> None:
    file_bytes = clip.stat().st_size
    if file_bytes == 0:
        raise WorkRefused(ClipCode.EMPTY, "The file is empty.")
    with clip.open("rb") as file:
        boxes = outer_boxes(file, file_bytes)
    kinds = [box.kind for box in boxes]
    if not kinds or kinds[0] != b"ftyp":
        raise WorkRefused(ClipCode.NOT_MP4, "The file is not an MP4.")
    if boxes[-1].stop > file_bytes or b"moov" not in kinds:
        raise WorkRefused(ClipCode.TRUNCATED, "The file ends early: parts of the MP4 are missing.")


def _only_video(container: Any) -> Any:
    # A cover picture is a video stream to FFmpeg, not to anyone who watches.
    videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not videos:
        raise WorkRefused(ClipCode.NO_VIDEO, "The file has no video track.")
    if len(videos) > 1:
        raise WorkRefused(
            ClipCode.SEVERAL_VIDEOS, "The file has several video tracks; which one counts is unclear."
        )
    return videos[0]


def _check_picture(stream: Any, allowed: ClipLimits) -> None:
    coder = stream.codec_context
    if coder is None or coder.name not in CODECS:
        name = coder.name if coder else "unknown"
        raise WorkRefused(ClipCode.WRONG_CODEC, f"The video is coded as {name}; we take H.264, VP9 and AV1.")
    if max(coder.width, coder.height) > allowed.max_side:
        size = f"{coder.width}x{coder.height}"
        raise WorkRefused(
            ClipCode.TOO_LARGE_FRAME, f"Frames are {size}; no side may pass {allowed.max_side}."
        )
    if coder.sample_aspect_ratio not in (None, 0, 1):
        raise WorkRefused(ClipCode.DISPLAY_TRANSFORM, "Pixels are not square; the clip needs square ones.")


def _packets(container: Any, stream: Any, allowed: ClipLimits) -> list[Any]:
    """Return all coded frames; counting them costs nothing, decoding them might."""
    packets: list[Any] = []
    try:
        for packet in container.demux(stream):
            if packet.size:
                packets.append(packet)
            if len(packets) > allowed.max_frames:
                raise WorkRefused(ClipCode.TOO_MANY_FRAMES, f"It has more than {allowed.max_frames} frames.")
    except av.FFmpegError as error:
        raise WorkRefused(ClipCode.UNDECODABLE, "The frames cannot be read from the file.") from error
    return packets


def _timing(packets: list[Any], tick_s: Fraction, allowed: ClipLimits) -> dict[str, Any]:
    shown = [p for p in packets if not p.is_discard]
    if len(shown) < allowed.min_frames:
        raise WorkRefused(
            ClipCode.TOO_SHORT, f"A clip has at least {allowed.min_frames} frames, not {len(shown)}."
        )
    if any(p.pts is None for p in shown):
        raise WorkRefused(ClipCode.UNDECODABLE, "Frames come without a time.")
    shown.sort(key=lambda packet: packet.pts)
    starts = [p.pts for p in shown] + [shown[-1].pts + (shown[-1].duration or 0)]
    duration_s = float((starts[-1] - starts[0]) * tick_s)
    if duration_s < allowed.min_duration_s:
        message = f"The clip lasts {duration_s:.3f} s; at least {allowed.min_duration_s} s are asked for."
        raise WorkRefused(ClipCode.TOO_SHORT, message)
    if duration_s > allowed.max_duration_s:
        message = f"The clip lasts {duration_s:.1f} s; at most {allowed.max_duration_s} s are taken."
        raise WorkRefused(ClipCode.TOO_LONG, message)
    steps = np.diff(np.asarray(starts, dtype=np.float64))
    return {
        "frames": len(shown),
        "fps": round(len(shown) / duration_s, 3),
        "duration_s": round(duration_s, 3),
        "constant_fps": len(shown) == len(packets) and bool(np.ptp(steps) <= _STEADY * steps.mean()),
    }


def _decode_all(stream: Any, packets: list[Any]) -> Iterator[Any]:
    coder = stream.codec_context
    single_threaded(coder)
    coder.options = {"err_detect": "explode"}  # else the decoder paints over what it cannot read
    size = (coder.width, coder.height)
    try:
        for packet in [*packets, None]:
            for frame in coder.decode(packet):
                _check_frame(frame, size)
                yield frame
    except av.FFmpegError as error:
        raise WorkRefused(ClipCode.UNDECODABLE, "Not every frame can be decoded.") from error


def _check_frame(frame: Any, size: tuple[int, int]) -> None:
    if frame.is_corrupt:
        raise WorkRefused(ClipCode.UNDECODABLE, "Not every frame can be decoded.")
    if (frame.width, frame.height) != size:
        raise WorkRefused(ClipCode.UNDECODABLE, "The size of the frames changes within the clip.")
    if frame.rotation:
        raise WorkRefused(ClipCode.DISPLAY_TRANSFORM, "The clip asks players to turn it; write it upright.")


def single_threaded(coder: Any) -> None:
    """Keep a decoder or encoder to one thread: same bytes every time, and no memory for more stacks."""
    coder.thread_count = 1
    coder.thread_type = "NONE"
