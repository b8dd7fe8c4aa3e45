"""Encodes frames as an MP4 for browsers: H.264, yuv420p, index at the front, no audio."""

import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# No loss that can be seen; about 35 KB for 16 frames of 320 pixels.
_QUALITY = "17"
# ITU-T H.273: colours as in SMPTE 170M, narrow range. Untagged, players guess by the size of the picture.
_SMPTE_170M, _NARROW = 6, 1


def encode_mp4(frames: NDArray[np.uint8], *, fps: int | Fraction = 8) -> bytes:
    """Return a complete MP4; equal frames give equal images and nearly always equal bytes.

    5 of 1,850 encodes of the same frames differed by under 1 % in size, with any number of threads, because
    x264 reads uninitialised memory.

    Args:
        frames: (frames, rows, columns, 3) uint8 RGB with even sides.
        fps: frames per second.
    """
    # The import takes 0.1 s, and most of the scene engine does not need it.
    import av
    from av.video.reformatter import ColorRange, Colorspace

    _, rows, columns, _ = frames.shape
    # FFmpeg can move the index to the front only in a file.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(path), "w", format="mp4", options=options) as container:
            stream = container.add_stream("libx264", rate=Fraction(fps))
            stream.width, stream.height, stream.pix_fmt = columns, rows, "yuv420p"
            colours = stream.codec_context
            colours.colorspace = colours.color_primaries = colours.color_trc = _SMPTE_170M
            colours.color_range = _NARROW
            # One thread: with several, the bytes depend on the number of cores.
            stream.options = {"crf": _QUALITY, "preset": "veryfast", "threads": "1"}
            for pixels in frames:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
                frame = frame.reformat(
                    format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG
                )
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()
