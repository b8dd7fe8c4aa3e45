"""Escapes and unescapes cells that a spreadsheet would run as a formula.

A cell that begins with = + - @ or a tab can run as a formula when a spreadsheet program opens the CSV (OWASP,
"CSV Injection"). The writer puts one apostrophe before a text that can run as a formula. If the text already
has apostrophes before the first special character, the writer adds one more. Reading therefore removes
exactly the apostrophe that writing added.
"""

import re

_GUARDED = re.compile(r"'*[=+\-@\t\r]")
_UNGUARDED = re.compile(r"'+[=+\-@\t\r]")
_FIRST = frozenset("=+-@\t\r'")


def guard(text: str) -> str:
    """Escape a text for a CSV cell.

    >>> guard("=SUM(A1)"), guard("motif"), guard("'=x")
    ("'=SUM(A1)", 'motif', "''=x")
    """
    # Check the first character before the pattern, so that the export of a million votes is fast.
    if text and text[0] in _FIRST and _GUARDED.match(text):
        return "'" + text
    return text


def unguard(cell: str) -> str:
    """Unescape a cell that `guard` wrote."""
    return cell[1:] if _UNGUARDED.match(cell) else cell
