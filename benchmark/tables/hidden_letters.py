"""Finds invisible characters in names, and removes invisible characters from texts.

A name with an invisible character looks like another name. Control characters can change a terminal.
"""

import unicodedata

from benchmark.tables.problems import shown_cell

_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff")
_BIDIRECTIONAL = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def hidden_letter_message(name: str) -> str | None:
    """Return a sentence that names the first invisible character; None if all characters are visible."""
    hidden = next((letter for letter in name if _is_hidden(letter)), None)
    if hidden is None:
        return None
    label = unicodedata.name(hidden, "control character").lower()
    return f"{shown_cell(name)} contains an invisible character (U+{ord(hidden):04X}, {label})."


def visible_text(text: str) -> str:
    """Return a text without invisible characters; a run of spaces, also zero-width ones, is one space."""
    kept = (" " if letter == "\u200b" else letter for letter in text)
    return " ".join("".join(letter for letter in kept if letter not in _INVISIBLE).split())


def _is_hidden(letter: str) -> bool:
    if letter.isascii():
        return not letter.isprintable()
    return (
        letter in _INVISIBLE
        or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(letter) in _BIDIRECTIONAL
    )
