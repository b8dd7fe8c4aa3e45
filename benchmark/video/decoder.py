"""Reads packets and decodes frames with PyAV in one thread; damaged data is an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import av
from av.sidedata.sidedata import Type

from benchmark.video.display import DisplayMatrix
from benchmark.video.faults import UnreadableVideo, VideoFault


def packets_of(stream: Any) -> Iterator[Any]:
    """Yield the coded frames (packets) of an opened stream. Raises UnreadableVideo."""
    try:
        yield from (packet for packet in stream.container.demux(stream) if packet.size)
    except av.FFmpegError as error:
        raise UnreadableVideo(VideoFault.UNDECODABLE, "The frames cannot be read from the file.") from error


def strict_decoder(stream: Any) -> Any:
    """Return the decoder of an opened stream; the decoder raises an error at the first damaged data."""
    coder = stream.codec_context
    use_one_thread(coder)
    coder.options = {"err_detect": "explode"}  # by default the decoder conceals damaged parts
    return coder


@contextmanager
def decoding() -> Iterator[None]:
    """Convert a decoder's errors inside the `with` block to UnreadableVideo."""
    try:
        yield
    except av.FFmpegError as error:
        raise UnreadableVideo(VideoFault.UNDECODABLE, "Not every frame can be decoded.") from error


def display_matrix(frame: Any) -> DisplayMatrix:
    """Return the display transformation of a decoded frame, from the container or from the bitstream.

    Raises:
        UnreadableVideo: the container and the bitstream contradict each other.
    """
    found = {
        DisplayMatrix(tuple(memoryview(bytes(data)).cast("i")))
        for data in frame.side_data
        if data.type is Type.DISPLAYMATRIX
    }
    if len(found) > 1:
        raise UnreadableVideo(
            VideoFault.DISPLAY_MATRIX, "The file and the video in it give players different rotations."
        )
    return found.pop() if found else DisplayMatrix.identity()


def use_one_thread(coder: Any) -> None:
    """Let a decoder or encoder use only one thread, for reproducible bytes and less memory."""
    coder.thread_count = 1
    coder.thread_type = "NONE"
