"""Opens a video file, describes its only video track, and decodes the frames in display order.

The caller forces a demuxer, or FFmpeg chooses a demuxer from `ANY_CONTAINER`. If FFmpeg could choose any
demuxer, a 35-byte `ffconcat` text named .mp4 would make FFmpeg open another file in the same folder;
`protocol_whitelist` alone does not prevent this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Disposition

from benchmark.video.decoder import decoding, display_matrix, packets_of, strict_decoder
from benchmark.video.description import VideoDescription
from benchmark.video.faults import UnreadableVideo, VideoFault
from benchmark.video.timeline import Timeline

MP4 = {"protocol_whitelist": "file"}
# Formats that never refer to other files. FFmpeg would open files that an ffconcat or HLS text names.
ANY_CONTAINER = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,flv",
}
# Files above this size are not kept in memory. Such files are too large for a clip, but a caller may read
# their beginning.
_MAX_HELD_BYTES = 256 * 1024**2
_Time = tuple[int | None, int]  # start and duration in ticks
_DECODER_NAMES = {"libdav1d": "av1", "libaom-av1": "av1", "libvpx-vp9": "vp9"}


class VideoTrack:
    """The only video track of an opened file. A cover image does not count as a video track.

    `describe` reads the whole track once. For files of up to `_MAX_HELD_BYTES`, `describe` keeps the coded
    frames in memory for `frames` and `packets`. For larger files, `frames` and `packets` open the file again.
    """

    def __init__(self, path: Path, format: str | None, stream: Any) -> None:
        self.path = path
        self.format = format
        self.stream = stream
        self._held: list[Any] | None = None
        # The frames that `describe` decoded, and the number of packets that they needed; `frames` resets this
        # to None.
        self._begun: tuple[list[Any], int] | None = None

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec, or `unknown` if FFmpeg has no decoder for the codec."""
        coder = self.stream.codec_context
        return _DECODER_NAMES.get(coder.name, coder.name) if coder else "unknown"

    @property
    def coded_size(self) -> tuple[int, int]:
        """Width and height in coded pixels, according to the header."""
        coder = self.stream.codec_context
        return (coder.width, coder.height) if coder else (0, 0)

    def describe(self, *, max_frames: int | None = None) -> VideoDescription:
        """Read all times, decode the first frame, and return the track's description.

        Call `describe` once, before `frames` and `packets`.

        Raises:
            UnreadableVideo: the track has no frames or more than `max_frames`, or the first frame cannot be
                decoded.
        """
        times, hidden, first = self._times_and_first_frame(max_frames)
        coder = self.stream.codec_context
        return VideoDescription(
            container=self.stream.container.format.name,
            codec=self.codec,
            pixel_format=first.format.name,
            coded_width=first.width,
            coded_height=first.height,
            matrix=display_matrix(first),
            # FFmpeg returns the container's ratio, or the bitstream's ratio if the container has none.
            container_pixel_ratio=self.stream.sample_aspect_ratio or None,
            bitstream_pixel_ratio=coder.sample_aspect_ratio or None,
            colour_primaries=int(first.color_primaries),
            colour_transfer=int(first.color_trc),
            colour_matrix=int(first.colorspace),
            colour_range=int(first.color_range),
            has_audio=bool(self.stream.container.streams.audio),
            hidden_frames=hidden,
            timeline=self._timeline(times),
        )

    def frames(self) -> Iterator[Any]:
        """Decode all shown frames in display order.

        Raises:
            UnreadableVideo: a frame is damaged, or a frame's size, format, display matrix or pixel ratio
                differs from the first frame's.
        """
        first = None
        with decoding():
            for frame, pixel_ratio in self._decoded():
                shape = (frame.width, frame.height, frame.format.name, display_matrix(frame), pixel_ratio)
                first = first or shape
                if frame.is_corrupt:
                    raise UnreadableVideo(VideoFault.UNDECODABLE, "Not every frame can be decoded.")
                if shape != first:
                    raise UnreadableVideo(
                        VideoFault.SIZE_CHANGES, "The shape of the frames changes within the clip."
                    )
                yield frame

    def packets(self) -> Iterator[Any]:
        """Yield the coded frames in decoding order, including hidden frames. Raises UnreadableVideo."""
        if self._held is not None:
            yield from self._held
            return
        with open_video(self.path, format=self.format) as track:
            yield from packets_of(track.stream)

    def _decoded(self) -> Iterator[tuple[Any, Any]]:
        """Yield each frame with the pixel aspect ratio that the bitstream declares for this frame."""
        begun, self._begun = self._begun, None
        if begun is None or self._held is None:
            with open_video(self.path, format=self.format) as track:
                coder = strict_decoder(track.stream)
                for frame in track.stream.container.decode(track.stream):
                    yield frame, coder.sample_aspect_ratio
            return
        ready, packets = begun
        coder = self.stream.codec_context
        for frame in ready:
            yield frame, coder.sample_aspect_ratio
        for packet in [*self._held[packets:], None]:
            for frame in coder.decode(packet):
                yield frame, coder.sample_aspect_ratio

    def _times_and_first_frame(self, max_frames: int | None) -> tuple[list[_Time], int, Any]:
        """Read the whole track.

        Returns: The start and duration of each shown frame, the number of hidden frames, and the first
        decoded frame.
        """
        coder = strict_decoder(self.stream)
        times: list[_Time] = []
        held, held_bytes, count = [], 0, 0
        for packet in packets_of(self.stream):
            count += 1
            if max_frames is not None and count > max_frames:
                raise UnreadableVideo(
                    VideoFault.TOO_MANY_FRAMES, f"The video has more than {max_frames} frames."
                )
            if not packet.is_discard:
                times.append((packet.pts, packet.duration or 0))
            held_bytes += packet.size
            if held_bytes <= _MAX_HELD_BYTES:
                held.append(packet)
            if self._begun is None:
                self._begin(coder, packet, count)
        if not times:
            raise UnreadableVideo(VideoFault.NO_FRAMES, "The video track has no frame.")
        if held_bytes <= _MAX_HELD_BYTES:
            self._held = held
        return times, count - len(times), self._first_frame(coder)

    def _begin(self, coder: Any, packet: Any, packets: int) -> None:
        with decoding():
            frames = coder.decode(packet)
        if frames:
            self._begun = frames, packets

    def _first_frame(self, coder: Any) -> Any:
        if self._begun is not None:
            return self._begun[0][0]
        with decoding():
            frames = coder.decode(None)
        if not frames:
            raise UnreadableVideo(VideoFault.UNDECODABLE, "No frame can be decoded.")
        # The decoder is at its end now, so `frames` must read the file again.
        return frames[0]

    def _timeline(self, shown: list[_Time]) -> Timeline:
        if all(start is not None for start, _ in shown):
            starts = [start for start, _ in shown if start is not None]
            return Timeline.from_ticks(starts, max(shown)[1], self.stream.time_base)
        # AVI files contain a frame rate instead of times.
        rate = self.stream.average_rate
        if not rate or self.stream.container.format.name.startswith("mov"):
            raise UnreadableVideo(VideoFault.NO_TIMES, "The frames have no presentation times.")
        return Timeline.from_ticks(range(len(shown)), 1, 1 / Fraction(rate))


@contextmanager
def open_video(path: Path, *, format: str | None = None) -> Iterator[VideoTrack]:
    """Open a file for reading.

    Args:
        format: the demuxer to force, such as `mp4`. By default FFmpeg chooses a demuxer from `ANY_CONTAINER`
            by the file's content.

    Raises:
        UnreadableVideo: the index cannot be read, or the file does not have exactly one video track.
        FileNotFoundError: the file does not exist.
    """
    options = MP4 if format else ANY_CONTAINER
    try:
        # Ignore metadata that is not valid UTF-8: we do not use metadata.
        container = av.open(str(path), format=format, options=options, metadata_errors="replace")
    except FileNotFoundError as error:
        raise FileNotFoundError(2, "there is no such file", str(path)) from error
    except av.FFmpegError as error:
        raise UnreadableVideo(VideoFault.CANNOT_OPEN, "The file cannot be opened as a video.") from error
    with container:
        yield VideoTrack(path, format, _only_video(container))


def _only_video(container: Any) -> Any:
    # FFmpeg reports a cover picture as a video stream; players do not show it as one.
    videos = [each for each in container.streams.video if not each.disposition & Disposition.attached_pic]
    if not videos:
        raise UnreadableVideo(VideoFault.NO_VIDEO, "The file has no video track.")
    if len(videos) > 1:
        raise UnreadableVideo(
            VideoFault.SEVERAL_VIDEOS,
            "The file has several video tracks, so it is unclear which track is the clip.",
        )
    if videos[0].codec_context is None:  # for example, the file ends inside its index
        raise UnreadableVideo(VideoFault.UNDECODABLE, "The codec of the video track is unknown.")
    return videos[0]
