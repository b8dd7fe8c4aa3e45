"""Decodes and measures a clip inside a sandbox child. The server never imports this module."""

from pathlib import Path
from typing import Any

from app.media.mp4_boxes import outer_boxes
from app.media.probe import ClipCode, ClipLimits
from app.media.sandbox.client import Json
from app.media.sandbox.remux import is_remuxable
from app.media.sandbox.sandbox_errors import WorkRefused
from app.media.sandbox.similarity import FrameComparison
from benchmark.video import Timeline, UnreadableVideo, VideoDescription, VideoFault
from benchmark.video.formats import ACCEPTED_CODECS, CONVERT_COMMAND
from benchmark.video.track import VideoTrack, open_video

_CONVERT = f"Convert it with: {CONVERT_COMMAND}."
_CODES = {
    VideoFault.CANNOT_OPEN: ClipCode.UNDECODABLE,
    VideoFault.NO_VIDEO: ClipCode.NO_VIDEO,
    VideoFault.SEVERAL_VIDEOS: ClipCode.SEVERAL_VIDEOS,
    VideoFault.NO_FRAMES: ClipCode.TOO_SHORT,
    VideoFault.NO_TIMES: ClipCode.UNDECODABLE,
    VideoFault.TOO_MANY_FRAMES: ClipCode.TOO_MANY_FRAMES,
    VideoFault.TOO_MANY_PIXELS: ClipCode.TOO_LARGE_FRAME,
    VideoFault.SIZE_CHANGES: ClipCode.UNDECODABLE,
    VideoFault.UNDECODABLE: ClipCode.UNDECODABLE,
    VideoFault.DISPLAY_MATRIX: ClipCode.DISPLAY_TRANSFORM,
    VideoFault.PIXEL_RATIO: ClipCode.DISPLAY_TRANSFORM,
}


def probe(path: str, input_image: str | None, limits: dict[str, Any]) -> dict[str, Json]:
    """Decode and measure a clip; return the fields of `ClipFacts`.

    Raises:
        WorkRefused: the clip is refused; the code is a `ClipCode`.
    """
    clip, allowed = Path(path), ClipLimits(**limits)
    _check_container(clip)
    try:
        with open_video(clip, format="mp4") as track:
            _check_header(track, allowed)
            description = track.describe(max_frames=allowed.max_frames)
            _check_size((description.coded_width, description.coded_height), allowed)
            _check_display(description)
            timing = _timing(description, allowed)
            seen = _watch(track, description.timeline, Path(input_image) if input_image else None)
            return {
                "codec": description.codec,
                "pixel_format": description.pixel_format,
                "width": description.coded_width,
                "height": description.coded_height,
                "has_audio": description.has_audio,
                "bytes": clip.stat().st_size,
                "is_static": seen.is_static,
                "is_remuxable": is_remuxable(track, description),
                "first_frame_distance": seen.first_frame_distance,
                **timing,
            }
    except UnreadableVideo as error:
        raise WorkRefused(_CODES[error.fault], str(error)) from error


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


def _check_header(track: VideoTrack, allowed: ClipLimits) -> None:
    if track.codec not in ACCEPTED_CODECS:
        raise WorkRefused(
            ClipCode.WRONG_CODEC,
            f"The video is coded as {track.codec}; H.264, VP9 and AV1 are accepted. {_CONVERT}",
        )
    _check_size(track.coded_size, allowed)


def _check_size(size: tuple[int, int], allowed: ClipLimits) -> None:
    width, height = size
    if max(width, height) > allowed.max_side:
        raise WorkRefused(
            ClipCode.TOO_LARGE_FRAME,
            f"Frames are {width}x{height}; no side may be longer than {allowed.max_side} pixels. {_CONVERT}",
        )


def _check_display(description: VideoDescription) -> None:
    if not description.matrix.is_identity:
        raise WorkRefused(
            ClipCode.DISPLAY_TRANSFORM,
            "The clip tells players to turn, mirror or scale it. Write the clip upright and at its own size. "
            f"{_CONVERT}",
        )
    if not description.has_square_pixels:
        raise WorkRefused(
            ClipCode.DISPLAY_TRANSFORM,
            "The clip's pixels are not square. If the frames look right without stretching, write the "
            "clip with ffmpeg -vf setsar=1. Otherwise write the clip with ffmpeg -vf "
            f"scale=iw*sar:ih,setsar=1. {_CONVERT}",
        )


def _timing(description: VideoDescription, allowed: ClipLimits) -> dict[str, Json]:
    timeline = description.timeline
    if timeline.frames < allowed.min_frames:
        raise WorkRefused(
            ClipCode.TOO_SHORT,
            f"The clip has {timeline.frames} frames; at least {allowed.min_frames} are required.",
        )
    duration_s = float(timeline.end_s)
    if duration_s < allowed.min_duration_s:
        raise WorkRefused(
            ClipCode.TOO_SHORT,
            f"The clip lasts {duration_s:.3f} s; at least {allowed.min_duration_s} s are required.",
        )
    if duration_s > allowed.max_duration_s:
        raise WorkRefused(
            ClipCode.TOO_LONG,
            f"The clip lasts {duration_s:.1f} s; at most {allowed.max_duration_s} s are accepted.",
        )
    return {
        "frames": timeline.frames,
        "fps": round(float(timeline.fps), 3),
        "duration_s": round(duration_s, 3),
        "constant_fps": timeline.is_even and not description.hidden_frames,
    }


def _watch(track: VideoTrack, timeline: Timeline, input_image: Path | None) -> FrameComparison:
    """Decode every frame, and compare each frame with the first frame and with the input image."""
    comparison = FrameComparison(input_image)
    shown = 0
    for frame in track.frames():
        comparison.add(frame)
        shown += 1
    if shown != timeline.frames:
        raise WorkRefused(ClipCode.UNDECODABLE, f"Only {shown} of {timeline.frames} frames decode.")
    return comparison
