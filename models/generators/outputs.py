"""Reads the files a foreign program made for a clip, and believes nothing about them."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from models.generators.base import Crashed, Frames, NativeForm

# A rate is compared after containers rounded it; a duration may lack or repeat a frame's time at the end.
_RATE_TOLERANCE = Fraction(1, 100)
_DURATION_TOLERANCE_FRAMES = 1.5


def find_made(work: Path, pattern: str) -> list[Path]:
    """Return the files a pattern means, by name; none if there is none.

    Raises:
        Crashed: one of them is not a plain file inside of the work folder.
    """
    found = sorted(work.glob(pattern))
    for path in found:
        if not path.is_file() or not path.resolve().is_relative_to(work.resolve()):
            raise Crashed(f"{path.name} is no plain file in the work folder.")
    return found


def read_clip(made: Sequence[Path], form: NativeForm, file_fps: Fraction) -> Frames:
    """Decode a clip's file.

    Args:
        made: what was found, at least one.
        file_fps: the rate the program writes into its files.

    Returns:
        (frames, height, width, 3) uint8 RGB.

    Raises:
        Crashed: there are several, it cannot be decoded, or its frames, size, rate or duration are not
            those of the model.
    """
    import av

    path = made[0]
    if len(made) > 1:
        names = ", ".join(each.name for each in made[:3])
        raise Crashed(f"The program made {len(made)} files where one was expected: {names}.")
    try:
        with av.open(str(path), format="mp4") as container:
            stream = container.streams.video[0]
            _check(path, "size", f"{form.width}x{form.height}", f"{stream.width}x{stream.height}")
            # The header is only a claim; it is checked first so that a wrong one costs no memory.
            _check(path, "frames", form.frames, stream.frames or form.frames)
            # One more than expected shows that there are too many; how many fills no memory.
            decoded = islice(container.decode(stream), form.frames + 1)
            frames = [frame.to_ndarray(format="rgb24") for frame in decoded]
            rate, duration = stream.average_rate, stream.duration and stream.duration * stream.time_base
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise Crashed(f"The program's {path.name} cannot be decoded.") from error
    _check(path, "frames", form.frames, len(frames))
    if rate is None or abs(rate / file_fps - 1) > _RATE_TOLERANCE:
        _check(path, "frames a second", f"{float(file_fps):g}", f"{float(rate or 0):g}")
    expected_s = form.frames / file_fps
    if duration and abs(duration - expected_s) * file_fps > _DURATION_TOLERANCE_FRAMES:
        _check(path, "seconds", f"{float(expected_s):g}", f"{float(duration):g}")
    return np.stack(frames)


def read_images(made: Sequence[Path], form: NativeForm) -> Frames:
    """Decode a clip of one image a frame; images have no rate, so there is none to check.

    Args:
        made: what was found, at least one.

    Returns:
        (frames, height, width, 3) uint8 RGB.

    Raises:
        Crashed: one cannot be decoded, or there are not as many or not of the size as the model's.
    """
    _check(made[0].parent, "frames", form.frames, len(made))
    return np.stack([_read_image(path, form) for path in made])


def _read_image(path: Path, form: NativeForm) -> Frames:
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            # Only the header was read until here.
            _check(path, "size", f"{form.width}x{form.height}", f"{image.width}x{image.height}")
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Crashed(f"The program's {path.name} cannot be decoded.") from error


def _check(path: Path, what: str, expected: object, found: object) -> None:
    if expected != found:
        raise Crashed(f"The program's {path.name} has {what} {found} where {expected} were expected.")
