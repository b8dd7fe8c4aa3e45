"""Reads the file a foreign program made for a clip, and believes nothing about it."""

from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np

from models.generators.base import Crashed, Frames, NativeForm

# A rate is compared after containers rounded it; a duration may lack or repeat a frame's time at the end.
_RATE_TOLERANCE = Fraction(1, 100)
_DURATION_TOLERANCE_FRAMES = 1.5


def find_made(work: Path, pattern: str) -> Path | None:
    """Return the file a pattern means, None if there is none.

    Raises:
        Crashed: several match, or it is not a plain file inside of the work folder.
    """
    found = sorted(work.glob(pattern))
    if len(found) > 1:
        names = ", ".join(path.name for path in found[:3])
        raise Crashed(f"The program made {len(found)} files where one was expected: {names}.")
    if not found:
        return None
    if not found[0].is_file() or not found[0].resolve().is_relative_to(work.resolve()):
        raise Crashed(f"{found[0].name} is no plain file in the work folder.")
    return found[0]


def read_made(path: Path, form: NativeForm, file_fps: Fraction) -> Frames:
    """Decode a clip's file.

    Args:
        file_fps: the rate the program writes into its files.

    Returns:
        (frames, height, width, 3) uint8 RGB.

    Raises:
        Crashed: it cannot be decoded, or its frames, size, rate or duration are not those of the model.
    """
    import av

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


def _check(path: Path, what: str, expected: object, found: object) -> None:
    if expected != found:
        raise Crashed(f"The program's {path.name} has {what} {found} where {expected} were expected.")
