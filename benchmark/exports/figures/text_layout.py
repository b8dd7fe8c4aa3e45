"""Text that fits, measured in DejaVu Sans; it comes with matplotlib, so every machine breaks lines alike."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FAMILY = "DejaVu Sans"
ELLIPSIS = "…"
MISSING = "▯"
_MOST_LETTERS = 1000  # more than any figure has room for
_BREAKABLE = re.compile(r"[^-_./@:]*[-_./@:]* ?")
_MEASURED_AT = 100.0  # points; without hinting, widths grow in proportion


@cache
def _font(bold: bool) -> "FT2Font":
    import matplotlib
    from matplotlib.ft2font import FT2Font

    folder = f"{matplotlib.get_data_path()}/fonts/ttf"
    font = FT2Font(f"{folder}/DejaVuSans{'-Bold' if bold else ''}.ttf")
    font.set_size(_MEASURED_AT, 72)
    return font


@cache
def _known_letters() -> frozenset[int]:
    return frozenset(_font(False).get_charmap())


def printable(text: str) -> str:
    """Return the text on one line, with ▯ for every letter that the font or an SVG file does not have.

    >>> printable("two\\nlines"), printable("a\\x07b")
    ('two lines', 'a▯b')
    """
    one_line = " ".join(text[:_MOST_LETTERS].split())
    return "".join(
        letter if ord(letter) in _known_letters() and unicodedata.category(letter) != "Cc" else MISSING
        for letter in one_line
    )


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a printable text is at this size, both in points."""
    from matplotlib.ft2font import LoadFlags

    font = _font(bold)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    width, _height = font.get_width_height()
    return width / 64 * size / _MEASURED_AT


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return the text, cut off with an ellipsis where it is wider than `width` points."""
    if width_of(text, size, bold=bold) <= width:
        return text
    room = width - width_of(ELLIPSIS, size, bold=bold)
    kept = bisect_right(range(len(text)), room, key=lambda end: width_of(text[:end], size, bold=bold)) - 1
    return text[: max(kept, 0)].rstrip() + ELLIPSIS


def wrapped(text: str, width: float, size: float, *, bold: bool = False, most: int = 3) -> list[str]:
    """Return the text on at most `most` lines of at most `width` points; the rest becomes an ellipsis.

    Lines break at spaces; a word too wide for a line breaks after - _ . / @ : and, failing that, anywhere.
    """

    def fits(piece: str) -> bool:
        return width_of(piece.rstrip(), size, bold=bold) <= width

    lines: list[str] = []
    for piece in _pieces(printable(text), fits):
        if lines and (len(lines) == most or fits(lines[-1] + piece)):
            lines[-1] += piece
        else:
            lines.append(piece)
    return [shortened(line.strip(), width, size, bold=bold) for line in lines or [""]]


def size_without_breaks(text: str, width: float, sizes: Sequence[float], *, bold: bool = False) -> float:
    """Return the first of the sizes at which no word is broken where it should not be; else the last."""
    parts = [part for word in printable(text).split() for part in _BREAKABLE.findall(word)]
    for size in sizes:
        if all(width_of(part, size, bold=bold) <= width for part in parts):
            return size
    return sizes[-1]


def _pieces(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Yield what must stay together, spaces at the ends."""
    for word in re.findall(r"[^ ]+ ?", text):
        if fits(word):
            yield word
            continue
        for part in _BREAKABLE.findall(word):
            yield from [part] if fits(part) else part
