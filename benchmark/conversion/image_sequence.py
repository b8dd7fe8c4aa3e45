"""Finds a clip's frames in a folder of images; the numbers in the file names determine the order."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from benchmark.pairs import is_hidden_file
from benchmark.video.formats import FRAME_SUFFIXES

_NUMBER = re.compile(r"(\d+)", re.ASCII)


class CannotConvert(ValueError):
    """The file or folder cannot be converted to a clip; the message is a sentence with the reason."""


def frame_files(folder: Path) -> list[Path]:
    """Return the images of a folder, sorted by the numbers in the file names: 2.png before 10.png."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in FRAME_SUFFIXES]
    return sorted((path for path in found if not is_hidden_file(path.name)), key=_by_number)


def check_sequence(images: Sequence[Path]) -> None:
    """Check that images, sorted by `frame_files`, are the frames of one clip and that no frame is missing.

    The file names must differ in exactly one number. The number may increase by more than 1 from frame to
    frame, because some programs number frames by time. If an increase is at least
    twice the smallest increase, a frame is missing.

    Raises:
        CannotConvert: the names differ in more than one number, two images have the same number, or a number
            is missing.
    """
    parts = [_NUMBER.split(path.stem) for path in images]
    texts = [part[::2] for part in parts]
    other = next((index for index, text in enumerate(texts) if text != texts[0]), None)
    if other is not None:
        raise CannotConvert(
            f"{images[0].name} and {images[other].name} differ in more than a number; put each clip's frames "
            "into a folder of their own."
        )
    numbers = list(zip(*(map(int, part[1::2]) for part in parts), strict=True))
    changing = [column for column in numbers if len(set(column)) > 1]
    if len(changing) > 1:
        raise CannotConvert("The names of the frames differ in more than one number; number them 0, 1, 2 ...")
    _check_steps(images, changing[0] if changing else (0,) * len(images))


def _check_steps(images: Sequence[Path], numbers: Sequence[int]) -> None:
    steps = [after - before for before, after in pairwise(numbers)]
    for index, step in enumerate(steps):
        names = f"{images[index].name} and {images[index + 1].name}"
        if step == 0:
            raise CannotConvert(f"{names} have the same number; keep one.")
        if step >= 2 * min(steps):
            raise CannotConvert(f"A frame is missing between {names}.")


def _by_number(path: Path) -> list[tuple[bool, int, str]]:
    """Return a sort key that compares groups of digits as numbers."""
    parts = _NUMBER.split(path.stem)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
