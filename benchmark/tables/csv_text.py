"""Writes small tables as CSV text."""

import csv
import io
from collections.abc import Iterable


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    r"""Return rows, with the header first, as CSV text with RFC 4180 quoting and LF line ends.

    >>> csv_text([["pair", "score"], ["a,b", 0.5], ["c", None]])
    'pair,score\n"a,b",0.5\nc,\n'
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
