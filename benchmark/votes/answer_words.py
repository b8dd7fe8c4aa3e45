"""Finds answers of an external votes table that can mean a position and also something else.

An answer such as `A` means the left clip. In a table with the models `Model A` and `Model B`, the answer can
also mean a model. If the option `--map right=model_a` maps the column `model_a` to the right, the answer can
also mean this column.
"""

import re
from collections.abc import Iterable, Mapping

from benchmark.tables.lookalikes import appearance

# Cyrillic and Greek letters that look like A or B.
_LATIN = str.maketrans({"\u0430": "a", "\u0432": "b", "\u03b1": "a", "\u03b2": "b"})
_SEPARATORS = re.compile(r"[\W_]+")
_NOUNS = frozenset({"model", "system", "method", "side", "option", "video", "clip"})


def side_with_word(word: str, sides: Iterable[str]) -> str | None:
    """Return the first side that a position word could name: for `a`, this is a side such as `Model A`.

    Case, punctuation and nouns such as `model` are ignored, and letters that look alike are equal.
    """
    meant = _core(word)
    return next((side for side in sides if _core(side) == meant), None)


def column_on_other_side(word: str, *, side: str, columns: Mapping[str, str]) -> str | None:
    """Return the column that a position word names, if this column is mapped to the opposite side.

    Args:
        word: a position word that means `side`.
        side: `left` or `right`.
        columns: the names of the external columns that are mapped to `left` and `right`.
    """
    other = columns["right" if side == "left" else "left"]
    meant = _core(word)
    return other if meant in _parts(other) and meant not in _parts(columns[side]) else None


def _core(name: str) -> str:
    parts = _parts(name)
    return " ".join([part for part in parts if part not in _NOUNS] or parts)


def _parts(name: str) -> list[str]:
    text = appearance(name).casefold().translate(_LATIN)
    return [part for part in _SEPARATORS.split(text) if part]
