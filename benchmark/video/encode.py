"""Writes frames as an MP4 file that browsers can play.

The file is H.264 with yuv420p pixels, has the index before the frames, and has no audio.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.video.timeline import Timeline

# With this quality, clips look lossless and 16 frames of 320x320 pixels take about 35 KB.
_QUALITY = "17"
# ITU-T H.273: SMPTE 170M colours, narrow range. Without these tags, players guess from the picture size.
_SMPTE_170M, _NARROW = 6, 1
# Ticks per second for a clip whose frames differ in duration; the same as in MPEG transport streams.
_CLOCK = 90_000


def write_mp4(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    *,
    size: tuple[int, int],
    fps: Fraction,
    timeline: Timeline | None = None,
) -> None:
    """Write frames as an MP4 file.

    Args:
        path: the output file. The output cannot be a stream, because FFmpeg moves the index to the front of
            the file after it has written the last frame.
        frames: the frames, each (height, width, 3) uint8 RGB.
        size: width and height, both even.
        fps: frames per second. With a `timeline`, the mean number of frames per second.
        timeline: the time of each frame, for a clip whose frames differ in duration.
    """
    # The import takes 0.1 s, and most callers of this package do not need it.
    import av

    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        colours = stream.codec_context
        colours.colorspace = colours.color_primaries = colours.color_trc = _SMPTE_170M
        colours.color_range = _NARROW
        # Use one thread: with several threads, the bytes depend on the number of cores.
        stream.options = {"crf": _QUALITY, "preset": "veryfast", "threads": "1"}
        if timeline is not None:
            colours.time_base = Fraction(1, _CLOCK)
            # Without B-frames, the order of coding is the order of display, so MP4 stores exact durations.
            stream.options = {**stream.options, "bf": "0"}
        ticks = [round(time * _CLOCK) for time in (*timeline.starts_s, timeline.end_s)] if timeline else []
        packets = (packet for frame in _timed(frames, ticks) for packet in stream.encode(frame))
        for packet in packets:
            if ticks:
                packet.duration = ticks[ticks.index(packet.pts) + 1] - packet.pts
            container.mux(packet)


def _timed(frames: Iterable[NDArray[np.uint8]], ticks: Sequence[int]) -> Iterator[Any]:
    """Yield the frames for the encoder, with times if `ticks` is not empty. At the end, yield None."""
    for index, pixels in enumerate(frames):
        frame = _coded_frame(pixels)
        if ticks:
            frame.pts, frame.time_base = ticks[index], Fraction(1, _CLOCK)
        yield frame
    yield None


def _coded_frame(pixels: NDArray[np.uint8]) -> Any:
    import av
    from av.video.reformatter import ColorRange, Colorspace

    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG)
