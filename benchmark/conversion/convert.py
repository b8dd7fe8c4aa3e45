"""Converts a video file or a folder of frames to a clip that a server accepts."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.conversion.image_sequence import CannotConvert, check_sequence
from benchmark.video.description import VideoDescription
from benchmark.video.encode import write_mp4
from benchmark.video.faults import UnreadableVideo
from benchmark.video.formats import ACCEPTED_CODECS, MAX_SIDE

# ITU-T H.273, TransferCharacteristics: PQ and HLG.
_HDR_TRANSFERS = frozenset({16, 18})


@dataclass(frozen=True)
class ConvertedVideo:
    """The way in which a video was converted, and the formats of the source as FFmpeg names them."""

    is_encoded: bool
    container: str
    codec: str


def convert_video(source: Path, target: Path, *, max_frames: int | None = None) -> ConvertedVideo:
    """Write a video as a clip.

    If a server would accept the video unchanged, the video is copied. The clip is upright, has square pixels
    and no sound, and no side is longer than 2048 pixels. Each frame has the same presentation time in the
    clip as in the video.

    Raises:
        CannotConvert: the file is not a video, is damaged, is HDR, or has more than `max_frames` frames.
    """
    from benchmark.video.track import open_video

    try:
        with open_video(source) as track:
            description = track.describe(max_frames=max_frames)
            if _is_accepted(source, description):
                shutil.copyfile(source, target)
                return ConvertedVideo(False, description.container, description.codec)
            _refuse_hdr(description)
            timeline = description.timeline
            write_mp4(
                target,
                _upright_frames(track.frames(), description),
                size=_fitting_size(description.upright_size),
                fps=timeline.fps.limit_denominator(100_000),
                timeline=None if timeline.is_even else timeline,
            )
    except UnreadableVideo as error:
        raise CannotConvert(str(error)) from error
    return ConvertedVideo(True, description.container, description.codec)


def convert_frames(images: Sequence[Path], target: Path, *, fps: Fraction) -> None:
    """Write a clip whose frames are these images, in the given order.

    Raises:
        CannotConvert: the images are not one sequence, an image is animated or cannot be read, or the images
            have different sizes.
    """
    check_sequence(images)
    first = _image_pixels(images[0])
    height, width, _ = first.shape
    write_mp4(
        target,
        _image_frames(images, (width, height)),
        size=_fitting_size((width, height)),
        fps=fps,
    )


def _is_accepted(source: Path, description: VideoDescription) -> bool:
    with source.open("rb") as file:
        is_mp4 = file.read(8)[4:] == b"ftyp"
    return (
        is_mp4
        and description.codec in ACCEPTED_CODECS
        and max(description.coded_width, description.coded_height) <= MAX_SIDE
        and description.matrix.is_identity
        and description.has_square_pixels
    )


def _refuse_hdr(description: VideoDescription) -> None:
    if description.colour_transfer in _HDR_TRANSFERS:
        raise CannotConvert(
            "The video is HDR (PQ or HLG). Convert it to SDR first, which changes its colours."
        )


def _upright_frames(frames: Iterator[object], description: VideoDescription) -> Iterator[NDArray[np.uint8]]:
    from benchmark.video.pixels import rgb_pixels, upright

    width, height = _fitting_size(description.upright_size)
    shown = (height, width) if description.orientation.swaps_sides else (width, height)
    for frame in frames:
        yield upright(rgb_pixels(frame, shown), description.orientation)


def _image_frames(images: Sequence[Path], size: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    from PIL import Image

    fitting = _fitting_size(size)
    for path in images:
        pixels = _image_pixels(path)
        height, width, _ = pixels.shape
        if (width, height) != size:
            raise CannotConvert(
                f"{path.name} has {width}x{height} pixels, the first frame {size[0]}x{size[1]}."
            )
        if fitting != size:
            pixels = np.asarray(Image.fromarray(pixels).resize(fitting, Image.Resampling.BICUBIC))
        yield pixels


def _image_pixels(path: Path) -> NDArray[np.uint8]:
    from benchmark.image_display import displayed, open_image

    try:
        with open_image(path) as image:
            if image.format != "MPO" and getattr(image, "is_animated", False):
                raise CannotConvert(f"{path.name} is animated; a frame must be a still image.")
            return np.asarray(displayed(image))
    except CannotConvert:
        raise
    except (OSError, ValueError, SyntaxError) as error:
        raise CannotConvert(f"{path.name} is not a readable image.") from error


def _fitting_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return an even width and height of at most MAX_SIDE pixels, with nearly the same aspect ratio.

    >>> _fitting_size((3840, 2160)), _fitting_size((321, 240))
    ((2048, 1152), (320, 240))
    """
    factor = min(Fraction(1), Fraction(MAX_SIDE, max(size)))
    width, height = (max(2, round(side * factor) // 2 * 2) for side in size)
    return width, height
