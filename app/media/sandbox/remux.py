"""Copies only the coded pictures of an H.264 clip."""

from fractions import Fraction
from typing import Any

from app.media.sandbox.h264 import H264Stream, NotPlain, stream_of_mp4
from app.media.sandbox.mp4_writer import VideoTrack as PlainTrack
from app.media.sandbox.parameter_sets import Colours
from benchmark.video import VideoDescription
from benchmark.video.track import VideoTrack

_FULL_RANGE = 2  # FFmpeg's AVCOL_RANGE_JPEG


def is_remuxable(track: VideoTrack, description: VideoDescription) -> bool:
    """Return whether `plain_track` accepts this clip."""
    try:
        plain_track(track, description)
    except NotPlain:
        return False
    return True


def plain_track(track: VideoTrack, description: VideoDescription) -> PlainTrack:
    """Return the coded pictures with cleaned headers, constant frame durations, and times that start at 0.

    Raises:
        NotPlain: the clip must be re-encoded.
    """
    timeline = description.timeline
    if description.codec != "h264" or description.pixel_format != "yuv420p":
        raise NotPlain(f"{description.codec} of {description.pixel_format}")
    if description.hidden_frames or not timeline.is_even:
        raise NotPlain("uneven or hidden frames")
    packets = list(track.packets())
    return PlainTrack(
        stream=_stream(track, packets, description),
        width=description.coded_width,
        height=description.coded_height,
        fps=Fraction(round(timeline.fps, 3)).limit_denominator(1001),
        order=_order_shown([packet.pts for packet in packets]),
    )


def _stream(track: VideoTrack, packets: list[Any], description: VideoDescription) -> H264Stream:
    colours = Colours(
        description.colour_primaries,
        description.colour_transfer,
        description.colour_matrix,
        int(description.colour_range == _FULL_RANGE),
    )
    configuration = track.stream.codec_context.extradata or b""
    return stream_of_mp4(configuration, (bytes(packet) for packet in packets), colours)


def _order_shown(times: list[int]) -> tuple[int, ...]:
    if len(set(times)) != len(times):
        raise NotPlain("two frames have the same time")
    ranks = {time: rank for rank, time in enumerate(sorted(times))}
    return tuple(ranks[time] for time in times)
