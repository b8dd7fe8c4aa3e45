"""Brings what workers write about failures to a form that fits the tables, the page and a terminal."""

import re
import unicodedata

MOST_MESSAGE = 500
MOST_LOG_BYTES = 8 * 1024

# Colours and cursor moves of a terminal (ECMA-48), which a log is full of.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
# Control characters, halves of surrogate pairs, line and paragraph separators.
_UNFIT = ("Cc", "Cs", "Zl", "Zp")


def one_line(text: str, *, most: int = MOST_MESSAGE) -> str:
    """Return the text as one line of at most `most` characters.

    >>> one_line("out of\\n  memory\\x07")
    'out of memory'
    """
    line = " ".join(_fit(text, keep="").split())
    return line if len(line) <= most else line[: most - 1] + "…"


def log_tail(text: str, *, most_bytes: int = MOST_LOG_BYTES) -> str:
    """Return the end of a log, at most so many bytes of UTF-8, without escapes; lines and tabs stay.

    >>> log_tail("10 %\\r20 %\\r\\n\\x1b[31mout of memory\\x1b[0m")
    '10 %\\n20 %\\nout of memory'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    fit = _fit(lines, keep="\n\t").encode()
    return fit[-most_bytes:].decode(errors="ignore")


def _fit(text: str, *, keep: str) -> str:
    plain = _ESCAPES.sub("", text)
    return "".join(
        letter if letter in keep or unicodedata.category(letter) not in _UNFIT else " " for letter in plain
    )
