"""Opens a video file, describes its one video track and decodes it, frame by frame in the order shown.

The demuxer is forced or chosen from a list: a 35-byte `ffconcat` text named .mp4 would otherwise open a
neighbouring file, and `protocol_whitelist` alone does not stop it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.sidedata.sidedata import Type
from av.stream import Disposition

from benchmark.video.description import VideoDescription
from benchmark.video.display import DisplayMatrix
from benchmark.video.faults import UnreadableVideo, VideoFault
from benchmark.video.timeline import Timeline

MP4 = {"protocol_whitelist": "file"}
# Files that are complete by themselves; a text that names other files (ffconcat, HLS) would open those.
ANY_CONTAINER = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,flv",
}
_DECODER_NAMES = {"libdav1d": "av1", "libaom-av1": "av1", "libvpx-vp9": "vp9"}


@dataclass(frozen=True)
class VideoTrack:
    """The only video track of an opened file; a cover image is none.

    Every read opens the file again from its start: seeking is inexact where an edit list hides frames.
    """

    path: Path
    format: str | None
    stream: Any

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec; `unknown` where no decoder knows it."""
        coder = self.stream.codec_context
        return _DECODER_NAMES.get(coder.name, coder.name) if coder else "unknown"

    @property
    def coded_size(self) -> tuple[int, int]:
        """Width and height in coded pixels, as the header claims."""
        coder = self.stream.codec_context
        return (coder.width, coder.height) if coder else (0, 0)

    def describe(self, *, max_frames: int | None = None) -> VideoDescription:
        """Read all times and decode the first frame.

        Raises:
            UnreadableVideo: there is no frame, more than `max_frames`, or the first one does not decode.
        """
        hidden, timeline = self._times(max_frames)
        first = next(self.frames(), None)
        if first is None:
            raise UnreadableVideo(VideoFault.UNDECODABLE, "Not one frame can be decoded.")
        coder = self.stream.codec_context
        return VideoDescription(
            container=self.stream.container.format.name,
            codec=self.codec,
            pixel_format=first.format.name,
            coded_width=first.width,
            coded_height=first.height,
            matrix=display_matrix(first),
            # FFmpeg's answer is the container's ratio, or the bitstream's where the container has none.
            container_pixel_ratio=self.stream.sample_aspect_ratio or None,
            bitstream_pixel_ratio=coder.sample_aspect_ratio or None,
            colour_primaries=int(first.color_primaries),
            colour_transfer=int(first.color_trc),
            colour_matrix=int(first.colorspace),
            colour_range=int(first.color_range),
            has_audio=bool(self.stream.container.streams.audio),
            hidden_frames=hidden,
            timeline=timeline,
        )

    def frames(self) -> Iterator[Any]:
        """Decode all shown frames in their order; each is whole, and shaped and turned as the first one.

        Raises:
            UnreadableVideo: at the first frame that is not.
        """
        with open_video(self.path, format=self.format) as track:
            coder = track.stream.codec_context
            use_one_thread(coder)
            coder.options = {"err_detect": "explode"}  # else the decoder paints over what it cannot read
            first = None
            try:
                for frame in track.stream.container.decode(track.stream):
                    shape = _shape(frame, coder)
                    first = first or shape
                    if shape != first:
                        raise UnreadableVideo(
                            VideoFault.SIZE_CHANGES, "The shape of the frames changes within the clip."
                        )
                    yield frame
            except av.FFmpegError as error:
                raise UnreadableVideo(VideoFault.UNDECODABLE, "Not every frame can be decoded.") from error

    def packets(self) -> Iterator[Any]:
        """Yield the coded frames in decoding order, hidden ones included. Raises UnreadableVideo."""
        with open_video(self.path, format=self.format) as track:
            try:
                yield from (packet for packet in track.stream.container.demux(track.stream) if packet.size)
            except av.FFmpegError as error:
                raise UnreadableVideo(
                    VideoFault.UNDECODABLE, "The frames cannot be read from the file."
                ) from error

    def _times(self, max_frames: int | None) -> tuple[int, Timeline]:
        """Return the number of hidden frames, and the timeline of the shown ones."""
        shown: list[Any] = []
        count = 0
        for packet in self.packets():
            count += 1
            if max_frames is not None and count > max_frames:
                raise UnreadableVideo(VideoFault.TOO_MANY_FRAMES, f"It has more than {max_frames} frames.")
            if not packet.is_discard:
                shown.append((packet.pts, packet.duration or 0))
        if not shown:
            raise UnreadableVideo(VideoFault.NO_FRAMES, "The video track has no frame.")
        return count - len(shown), self._timeline(shown)

    def _timeline(self, shown: list[tuple[int | None, int]]) -> Timeline:
        if all(start is not None for start, _ in shown):
            starts = [start for start, _ in shown if start is not None]
            return Timeline.from_ticks(starts, max(shown)[1], self.stream.time_base)
        # AVI has a rate instead of times.
        rate = self.stream.average_rate
        if not rate or self.stream.container.format.name.startswith("mov"):
            raise UnreadableVideo(VideoFault.NO_TIMES, "Frames come without a time.")
        return Timeline.from_ticks(range(len(shown)), 1, 1 / Fraction(rate))


@contextmanager
def open_video(path: Path, *, format: str | None = None) -> Iterator[VideoTrack]:
    """Open a file for reading.

    Args:
        format: the demuxer to force, such as `mp4`; otherwise one of `ANY_CONTAINER` is chosen by content.

    Raises:
        UnreadableVideo: the index cannot be read, or there is not exactly one video track.
        FileNotFoundError: there is no such file.
    """
    options = MP4 if format else ANY_CONTAINER
    try:
        # Metadata is never needed and may be broken UTF-8, which must not stop us.
        container = av.open(str(path), format=format, options=options, metadata_errors="replace")
    except FileNotFoundError as error:
        raise FileNotFoundError(2, "there is no such file", str(path)) from error
    except av.FFmpegError as error:
        raise UnreadableVideo(VideoFault.CANNOT_OPEN, "It cannot be opened as a video.") from error
    with container:
        yield VideoTrack(path, format, _only_video(container))


def display_matrix(frame: Any) -> DisplayMatrix:
    """Return the transformation a decoded frame asks for, whether the container or the bitstream says it.

    Raises:
        UnreadableVideo: both do, and contradict each other.
    """
    found = {
        DisplayMatrix(tuple(memoryview(bytes(data)).cast("i")))
        for data in frame.side_data
        if data.type is Type.DISPLAYMATRIX
    }
    if len(found) > 1:
        raise UnreadableVideo(
            VideoFault.DISPLAY_MATRIX, "The file and the video in it ask players to turn it differently."
        )
    return found.pop() if found else DisplayMatrix.identity()


def use_one_thread(coder: Any) -> None:
    """Keep a decoder or encoder to one thread: same bytes every time, and no memory for more stacks."""
    coder.thread_count = 1
    coder.thread_type = "NONE"


def _only_video(container: Any) -> Any:
    # A cover picture is a video stream to FFmpeg, not to anyone who watches.
    videos = [each for each in container.streams.video if not each.disposition & Disposition.attached_pic]
    if not videos:
        raise UnreadableVideo(VideoFault.NO_VIDEO, "The file has no video track.")
    if len(videos) > 1:
        raise UnreadableVideo(
            VideoFault.SEVERAL_VIDEOS, "The file has several video tracks; which one counts is unclear."
        )
    return videos[0]


def _shape(frame: Any, coder: Any) -> tuple[object, ...]:
    if frame.is_corrupt:
        raise UnreadableVideo(VideoFault.UNDECODABLE, "Not every frame can be decoded.")
    return frame.width, frame.height, frame.format.name, display_matrix(frame), coder.sample_aspect_ratio
