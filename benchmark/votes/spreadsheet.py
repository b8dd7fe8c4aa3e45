"""Texts that no spreadsheet takes for a formula, and back.

A cell that begins with = + - @ or a tab can run as a formula when a CSV is opened (OWASP, "CSV
Injection"). Such a text gets one leading apostrophe; a text that already has apostrophes before such a
character gets one more, so that reading takes off exactly what writing put on.
"""

import re

_GUARDED = re.compile(r"'*[=+\-@\t\r]")
_UNGUARDED = re.compile(r"'+[=+\-@\t\r]")
_FIRST = frozenset("=+-@\t\r'")


def guard(text: str) -> str:
    """Return the text as a safe cell.

    >>> guard("=SUM(A1)"), guard("motif"), guard("'=x")
    ("'=SUM(A1)", 'motif', "''=x")
    """
    # The look at one character first keeps the export of a million votes fast.
    if text and text[0] in _FIRST and _GUARDED.match(text):
        return "'" + text
    return text


def unguard(cell: str) -> str:
    """Return the text that `guard` made the cell from."""
    return cell[1:] if _UNGUARDED.match(cell) else cell
