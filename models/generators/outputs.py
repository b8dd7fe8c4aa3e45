"""Reads and validates the output files of an external program."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from benchmark.image_display import displayed, open_image
from benchmark.video import UnreadableVideo, VideoDescription
from models.generators.base import Crashed, Frames, NativeFormat

# Tolerances: containers round the frame rate, and a duration can deviate by the duration of one frame.
_RATE_TOLERANCE = Fraction(1, 100)
_DURATION_TOLERANCE_FRAMES = 1.5


def find_outputs(work: Path, pattern: str) -> list[Path]:
    """Return the files that match a pattern, sorted by name.

    Raises:
        Crashed: a matching file is not a regular file, or is outside the work folder.
    """
    found = sorted(work.glob(pattern))
    for path in found:
        if not path.is_file() or not path.resolve().is_relative_to(work.resolve()):
            raise Crashed(f"The output {path.name} is not a regular file in the work folder.")
    return found


def read_video(files: Sequence[Path], native: NativeFormat, file_fps: Fraction) -> Frames:
    """Decode the video file of a clip and check its format.

    Args:
        files: the files that the program wrote, at least one.
        native: the expected resolution and number of frames.
        file_fps: the frame rate that the program writes into its files.

    Returns:
        (frames, height, width, 3) uint8 RGB.

    Raises:
        Crashed: there are several files, the file cannot be decoded, or the video's resolution, number of
            frames, frame rate or duration is not as declared.
    """
    # Import PyAV here: the import takes 0.1 s, and adapters that write images do not need PyAV.
    from benchmark.video.pixels import rgb_pixels, upright
    from benchmark.video.track import open_video

    path = files[0]
    if len(files) > 1:
        names = ", ".join(each.name for each in files[:3])
        raise Crashed(f"The program wrote {len(files)} files, expected one: {names}.")
    try:
        with open_video(path, format="mp4") as track:
            description = track.describe()
            # Check everything that the file declares before its frames are decoded into memory.
            _check_description(path, description, native, file_fps)
            size, orientation = description.stretched_size, description.orientation
            frames = [upright(rgb_pixels(frame, size), orientation) for frame in track.frames()]
    except UnreadableVideo as error:
        raise Crashed(f"The program's {path.name} cannot be decoded. {error}") from error
    _check(path, "frames", native.frames, len(frames))
    return np.stack(frames)


def _check_description(
    path: Path, description: VideoDescription, native: NativeFormat, file_fps: Fraction
) -> None:
    timeline = description.timeline
    width, height = description.upright_size
    _check(path, "size", f"{native.width}x{native.height}", f"{width}x{height}")
    _check(path, "frames", native.frames, timeline.frames)
    # Compute the rate from the start times of the first and last frame, as the last duration is often wrong.
    last_start_s = timeline.starts_s[-1]
    rate = (timeline.frames - 1) / last_start_s if last_start_s else Fraction(0)
    if abs(rate / file_fps - 1) > _RATE_TOLERANCE:
        _check(path, "frames per second", f"{float(file_fps):g}", f"{float(rate):g}")
    expected_s = native.frames / file_fps
    if abs(timeline.end_s - expected_s) * file_fps > _DURATION_TOLERANCE_FRAMES:
        _check(path, "seconds", f"{float(expected_s):g}", f"{float(timeline.end_s):g}")


def read_frames(files: Sequence[Path], native: NativeFormat) -> Frames:
    """Decode a clip that is stored as one image per frame; the frame rate of images cannot be checked.

    Args:
        files: the files that the program wrote, at least one.
        native: the expected resolution and number of frames.

    Returns:
        (frames, height, width, 3) uint8 RGB.

    Raises:
        Crashed: an image cannot be decoded, or the resolution or number of frames is not as declared.
    """
    _check(files[0].parent, "frames", native.frames, len(files))
    return np.stack([_read_image(path, native) for path in files])


def _read_image(path: Path, native: NativeFormat) -> Frames:
    try:
        with open_image(path, formats=("PNG", "JPEG")) as image:
            # Opening reads only the header, so a wrong size is detected before decoding.
            _check(path, "size", f"{native.width}x{native.height}", f"{image.width}x{image.height}")
            return np.asarray(displayed(image))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Crashed(f"The program's {path.name} cannot be decoded.") from error


def _check(path: Path, what: str, expected: object, found: object) -> None:
    if expected != found:
        raise Crashed(f"The program's {path.name} has {what} {found}, expected {expected}.")
