"""Defines the properties of a clip's video track: format, geometry, colours and times."""

from dataclasses import dataclass
from fractions import Fraction

from benchmark.video.display import DisplayMatrix, Orientation, pixel_ratio, square_size
from benchmark.video.faults import UnreadableVideo, VideoFault
from benchmark.video.timeline import Timeline


@dataclass(frozen=True)
class VideoDescription:
    """The properties of one video track.

    Attributes:
        container: FFmpeg's name of the file format, such as `mov,mp4,m4a,3gp,3g2,mj2`.
        codec: FFmpeg's name of the codec, such as `h264`, `vp9`, `av1`.
        pixel_format: FFmpeg's name of the pixel format, usually `yuv420p`.
        coded_width: width in coded pixels, before rotation and scaling.
        coded_height: height in coded pixels, before rotation and scaling.
        matrix: the display matrix.
        container_pixel_ratio: a pixel's width divided by its height, according to the container's metadata;
            None if unspecified.
        bitstream_pixel_ratio: a pixel's width divided by its height, according to the bitstream; None if
            unspecified.
        colour_primaries: ITU-T H.273 ColourPrimaries; 2 if unspecified.
        colour_transfer: ITU-T H.273 TransferCharacteristics; 2 if unspecified.
        colour_matrix: ITU-T H.273 MatrixCoefficients; 2 if unspecified.
        colour_range: 1 for limited, 2 for full, 0 if unspecified.
        has_audio: whether the file has an audio track.
        hidden_frames: the number of coded frames that an edit list hides.
        timeline: the times at which the frames are shown.
    """

    container: str
    codec: str
    pixel_format: str
    coded_width: int
    coded_height: int
    matrix: DisplayMatrix
    container_pixel_ratio: Fraction | None
    bitstream_pixel_ratio: Fraction | None
    colour_primaries: int
    colour_transfer: int
    colour_matrix: int
    colour_range: int
    has_audio: bool
    hidden_frames: int
    timeline: Timeline

    @property
    def has_square_pixels(self) -> bool:
        return all(ratio in (None, 1) for ratio in (self.container_pixel_ratio, self.bitstream_pixel_ratio))

    @property
    def orientation(self) -> Orientation:
        """Return the rotation and mirroring that make the coded picture upright.

        Raises:
            UnreadableVideo: the matrix is not a combination of rotations by 90 degrees and mirroring.
        """
        found = self.matrix.orientation
        if found is None:
            raise UnreadableVideo(
                VideoFault.DISPLAY_MATRIX,
                "The file tells players to scale or skew the picture. Write the video upright and unscaled.",
            )
        return found

    @property
    def stretched_size(self) -> tuple[int, int]:
        """Return width and height in square pixels, before rotation. Raises UnreadableVideo."""
        ratio = pixel_ratio(self.container_pixel_ratio, self.bitstream_pixel_ratio)
        return square_size(self.coded_width, self.coded_height, ratio)

    @property
    def upright_size(self) -> tuple[int, int]:
        """Return the displayed width and height in square pixels. Raises UnreadableVideo."""
        width, height = self.stretched_size
        return (height, width) if self.orientation.swaps_sides else (width, height)
