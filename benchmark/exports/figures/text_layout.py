"""Measures, truncates and wraps text in DejaVu Sans, a font that matplotlib always includes."""

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
_MAX_LETTERS = 1000  # more characters than fit in any figure
_BREAKABLE = re.compile(r"[^-_./@:]*[-_./@:]* ?")
# The font size, in points, at which widths are measured. Widths are proportional to the font size.
_MEASURED_AT = 100.0


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
    r"""Return the text on one line.

    The function replaces characters that the font lacks, or that SVG forbids, by ▯.

    >>> printable("two\nlines"), printable("a\x07b")
    ('two lines', 'a▯b')
    """
    one_line = " ".join(text[:_MAX_LETTERS].split())
    return "".join(
        letter if ord(letter) in _known_letters() and unicodedata.category(letter) != "Cc" else MISSING
        for letter in one_line
    )


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a printable text; size and width are in points."""
    from matplotlib.ft2font import LoadFlags

    font = _font(bold)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    width, _height = font.get_width_height()
    return width / 64 * size / _MEASURED_AT


def truncate(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return the text; if it is wider than `width` points, shorten it and add an ellipsis."""
    if text_width(text, size, bold=bold) <= width:
        return text
    room = width - text_width(ELLIPSIS, size, bold=bold)
    kept = bisect_right(range(len(text)), room, key=lambda end: text_width(text[:end], size, bold=bold)) - 1
    return text[: max(kept, 0)].rstrip() + ELLIPSIS


def wrap(text: str, width: float, size: float, *, bold: bool = False, max_lines: int = 3) -> list[str]:
    """Wrap the text to lines of at most `width` points.

    If the text does not fit, an ellipsis replaces the rest of the text.

    Lines break at spaces. If a word is wider than a line, the word breaks after one of the characters - _ . /
    @ : or, if it contains none of them, at any letter.
    """

    def fits(piece: str) -> bool:
        return text_width(piece.rstrip(), size, bold=bold) <= width

    lines: list[str] = []
    for piece in _pieces(printable(text), fits):
        if lines and (len(lines) == max_lines or fits(lines[-1] + piece)):
            lines[-1] += piece
        else:
            lines.append(piece)
    return [truncate(line.strip(), width, size, bold=bold) for line in lines or [""]]


def size_without_breaks(text: str, width: float, sizes: Sequence[float], *, bold: bool = False) -> float:
    """Return the first font size at which words break only at punctuation.

    If there is none, return the last size.
    """
    parts = [part for word in printable(text).split() for part in _BREAKABLE.findall(word)]
    for size in sizes:
        if all(text_width(part, size, bold=bold) <= width for part in parts):
            return size
    return sizes[-1]


def _pieces(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Yield the pieces between possible line breaks; each piece includes the spaces that follow it."""
    for word in re.findall(r"[^ ]+ ?", text):
        if fits(word):
            yield word
            continue
        for part in _BREAKABLE.findall(word):
            yield from [part] if fits(part) else part
