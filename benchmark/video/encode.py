"""Writes frames as an MP4 file for browsers: H.264, yuv420p, with the index first and without audio."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Visually lossless; about 35 KB for 16 frames of 320x320 pixels.
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
    starts_s: Sequence[Fraction] | None = None,
) -> None:
    """Write a clip.

    Args:
        path: the output file. A stream is not possible, because FFmpeg moves the index to the front later.
        frames: the frames, each (height, width, 3) uint8 RGB.
        size: width and height, both even.
        fps: frames per second; if `starts_s` is given, the mean frame rate.
        starts_s: the start of each frame in seconds, for a clip whose frames differ in duration.
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
        if starts_s is not None:
            colours.time_base = Fraction(1, _CLOCK)
        # Use one thread: with several threads, the bytes depend on the number of cores.
        stream.options = {"crf": _QUALITY, "preset": "veryfast", "threads": "1"}
        for index, pixels in enumerate(frames):
            frame = _coded_frame(pixels)
            if starts_s is not None:
                frame.pts, frame.time_base = round(starts_s[index] * _CLOCK), Fraction(1, _CLOCK)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _coded_frame(pixels: NDArray[np.uint8]) -> Any:
    import av
    from av.video.reformatter import ColorRange, Colorspace

    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG)
