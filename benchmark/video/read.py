"""Reads a whole clip, or its beginning, as upright RGB frames."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.video.description import VideoDescription
from benchmark.video.faults import UnreadableVideo, VideoFault
from benchmark.video.timeline import Timeline

if TYPE_CHECKING:
    from benchmark.video.track import VideoTrack

# 268 million pixels are 2,600 frames of 320x320 or 129 of 1920x1080.
MAX_PIXELS = 2**28


@dataclass(frozen=True)
class FrameWindow:
    """A part of a clip, as evenly spaced frames.

    Attributes:
        frames: the number of frames.
        fps: take the frames that are shown 1 / fps seconds apart. If the clip has a constant rate of at most
            `fps`, or if `fps` is None, take every `stride`-th frame.
        stride: the step between two frames, counted in frames of the clip.
        position: the start of the window, from 0 (the first possible start) to below 1 (the last possible
            start).
    """

    frames: int
    fps: Fraction | None = None
    stride: int = 1
    position: float = 0.0


@dataclass(frozen=True, eq=False)
class VideoFrames:
    """The decoded frames of a clip, with their frame rate.

    Attributes:
        frames: the frames as (frames, height, width, 3) uint8 RGB, upright, with square pixels.
        fps: the frame rate of `frames`. `fps` is the clip's mean rate if every frame was kept; otherwise
            `fps` is the requested rate.
        description: the properties of the video track.
    """

    frames: NDArray[np.uint8]
    fps: Fraction
    description: VideoDescription


def read_frames(
    path: Path,
    *,
    fps: Fraction | int | None = None,
    frames: int | None = None,
    window: FrameWindow | None = None,
    max_pixels: int = MAX_PIXELS,
) -> VideoFrames:
    """Decode a video file as a player shows it.

    Args:
        fps: return the frames that are shown at 0, 1 / fps, 2 / fps ... seconds. If `fps` is None, or if the
            clip has a constant rate of at most `fps`, every frame is returned.
        frames: the maximum number of frames to return.
        window: the part of the clip to return. If `window` is set, `fps` and `frames` are ignored. If the
            clip is too short for the window, the result has fewer frames.
        max_pixels: the maximum number of pixels of all returned frames together.

    Raises:
        UnreadableVideo: the file is not a video, is damaged, has more than `max_pixels` pixels, or has a
            display matrix that is not one of the eight orientations; the message names the file.
        FileNotFoundError: the file does not exist.
    """
    # The import of PyAV takes 0.1 s, and callers that already have frames do not need it.
    from benchmark.video.track import open_video

    try:
        with open_video(path) as track:
            description = track.describe()
            timeline = description.timeline
            if window is None:
                wanted, rate = _selection(timeline, Fraction(fps) if fps else None, frames)
            else:
                wanted, rate = _window_selection(timeline, window)
            _check_pixels(len(wanted), description.upright_size, max_pixels)
            found = _decoded(track, description, set(wanted))
    except UnreadableVideo as error:
        raise UnreadableVideo(error.fault, f"{path.name}: {error}") from error
    return VideoFrames(np.stack([found[index] for index in wanted]), rate, description)


def _window_selection(timeline: Timeline, window: FrameWindow) -> tuple[tuple[int, ...], Fraction]:
    """Return the indices of a window's frames, and their frame rate."""
    if window.fps is None or window.stride > 1:
        candidates, rate = tuple(range(timeline.frames)), timeline.fps / window.stride
    else:
        candidates, rate = _selection(timeline, window.fps, None)
    span = (window.frames - 1) * window.stride + 1
    first = int(window.position * max(1, len(candidates) - span + 1))
    return candidates[first : first + span : window.stride], rate


def _selection(
    timeline: Timeline, fps: Fraction | None, frames: int | None
) -> tuple[tuple[int, ...], Fraction]:
    """Return the indices of the selected frames, and the frame rate of the selection."""
    if fps is None or (timeline.is_even and timeline.is_slower_than(fps)):
        return tuple(range(timeline.frames))[:frames], timeline.fps
    count = timeline.frames_at(fps)
    return timeline.sampled(fps, count if frames is None else min(count, frames)), fps


def _check_pixels(frames: int, size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if frames * width * height > max_pixels:
        raise UnreadableVideo(
            VideoFault.TOO_MANY_PIXELS,
            f"{frames} frames of {width}x{height} have more than {max_pixels} pixels in total. Shorten or "
            "shrink the clip.",
        )


def _decoded(
    track: "VideoTrack", description: VideoDescription, wanted: set[int]
) -> dict[int, NDArray[np.uint8]]:
    from benchmark.video.pixels import rgb_pixels, upright

    found = {}
    for index, frame in enumerate(track.frames()):
        if index in wanted:
            found[index] = upright(rgb_pixels(frame, description.stretched_size), description.orientation)
        if len(found) == len(wanted):
            return found
    raise UnreadableVideo(
        VideoFault.UNDECODABLE, f"Only {len(found)} of {len(wanted)} wanted frames are readable."
    )
