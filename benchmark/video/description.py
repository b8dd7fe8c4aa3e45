"""What a clip is, apart from its pictures: track, geometry, colours, time."""

from dataclasses import dataclass
from fractions import Fraction

from benchmark.video.display import DisplayMatrix, Orientation, pixel_ratio, square_size
from benchmark.video.faults import UnreadableVideo, VideoFault
from benchmark.video.timeline import Timeline


@dataclass(frozen=True)
class VideoDescription:
    """One video track.

    Attributes:
        container: FFmpeg's name of the file format, such as `mov,mp4,m4a,3gp,3g2,mj2`.
        codec: such as `h264`, `vp9`, `av1`.
        pixel_format: FFmpeg's name, mostly `yuv420p`.
        coded_width: in coded pixels, before any turning and stretching.
        coded_height: the same.
        matrix: the display transformation.
        container_pixel_ratio: width / height of a pixel as the container says; None where it does not.
        bitstream_pixel_ratio: the same as the coded video says.
        colour_primaries: ITU-T H.273 ColourPrimaries; 2 where the file does not say.
        colour_transfer: ITU-T H.273 TransferCharacteristics; 2 where the file does not say.
        colour_matrix: ITU-T H.273 MatrixCoefficients; 2 where the file does not say.
        colour_range: 1 limited, 2 full, 0 where the file does not say.
        has_audio: there is a sound track.
        hidden_frames: coded frames that an edit list hides.
        timeline: when each shown frame is shown.
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
        """Return how to turn the coded picture upright.

        Raises:
            UnreadableVideo: the matrix does more than turn and mirror.
        """
        found = self.matrix.orientation
        if found is None:
            raise UnreadableVideo(
                VideoFault.DISPLAY_MATRIX,
                "The file asks players to scale or skew the picture; write it upright and unscaled.",
            )
        return found

    @property
    def stretched_size(self) -> tuple[int, int]:
        """Return width and height in square pixels, before turning. Raises UnreadableVideo."""
        ratio = pixel_ratio(self.container_pixel_ratio, self.bitstream_pixel_ratio)
        return square_size(self.coded_width, self.coded_height, ratio)

    @property
    def upright_size(self) -> tuple[int, int]:
        """Return width and height as players show them, in square pixels. Raises UnreadableVideo."""
        width, height = self.stretched_size
        return (height, width) if self.orientation.swaps_sides else (width, height)
