"""Checks and cleans text that is shown on one line of a table, log or terminal."""

import re
import unicodedata

MAX_MESSAGE_CHARS = 500
MAX_LOG_BYTES = 8 * 1024

# Control characters, line separators and paragraph separators. PostgreSQL refuses some of these characters;
# the other characters break tables and logs.
_BREAKING = ("Cc", "Zl", "Zp")
# The same characters, and also surrogates, which UTF-8 cannot encode.
_UNFIT = (*_BREAKING, "Cs")
# Escape sequences for colours and cursor moves of a terminal (ECMA-48), which logs contain.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")


def is_one_line(text: str) -> bool:
    r"""Return whether a text has neither line breaks nor control characters.

    >>> is_one_line("TI2V Bench"), is_one_line("TI2V\nBench")
    (True, False)
    """
    return not any(unicodedata.category(letter) in _BREAKING for letter in text)


def one_line(text: str, *, max_chars: int = MAX_MESSAGE_CHARS) -> str:
    r"""Return the text as one line of at most `max_chars` characters.

    >>> one_line("out of\n  memory\x07")
    'out of memory'
    """
    line = " ".join(_without_unfit(text, keep="").split())
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def log_tail(text: str, *, max_bytes: int = MAX_LOG_BYTES) -> str:
    r"""Return the end of a log, without escape sequences but with line breaks and tabs.

    The result has at most `max_bytes` bytes in UTF-8.

    >>> log_tail("10 %\r20 %\r\n\x1b[31mout of memory\x1b[0m")
    '10 %\n20 %\nout of memory'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    fit = _without_unfit(lines, keep="\n\t").encode()
    return fit[-max_bytes:].decode(errors="ignore")


def _without_unfit(text: str, *, keep: str) -> str:
    plain = _ESCAPES.sub("", text)
    return "".join(
        letter if letter in keep or unicodedata.category(letter) not in _UNFIT else " " for letter in plain
    )
