"""Reads the rows of a CSV file in any common encoding, with any common separator and line ends."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.importers.problems import ImportProblems, Problem

MAX_TABLE_BYTES = 64 * 1024 * 1024
MAX_CELL_LETTERS = 100_000
SEPARATORS = (",", ";", "\t", "|")

_MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TableRow:
    """The cells of one row without outer white space, and the row's number in a spreadsheet, from 1."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """Return a cell; cells missing at the end of the row are empty."""
        return self.cells[column] if column < len(self.cells) else ""


def read_text(path: Path) -> str:
    """Return the text of a CSV: UTF-8, UTF-16 or UTF-32 by its byte order mark, else UTF-8 or Windows-1252.

    Raises:
        ImportProblems: the file has another encoding or is too large for a table of prompts.
    """
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise _unreadable(path, f"is larger than {MAX_TABLE_BYTES // 1024**2} MiB")
    raw = path.read_bytes()
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _unreadable(path, "has an unknown encoding. Save it as UTF-8")


def parse_rows(text: str, separator: str) -> list[TableRow]:
    """Return the rows that are not empty.

    Raises:
        ImportProblems: a quotation mark is not closed, or a cell is longer than MAX_CELL_LETTERS.
    """
    rows = []
    for number, cells in enumerate(_records(text, separator), start=1):
        trimmed = tuple(" ".join(cell.split()) for cell in cells)
        if any(trimmed):
            rows.append(TableRow(number, trimmed))
    return rows


def _records(text: str, separator: str) -> Iterator[list[str]]:
    # Some spreadsheets write "sep=;" as the first line. It counts as a row and contains no data.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if max(map(len, cells), default=0) > MAX_CELL_LETTERS:
                raise ImportProblems(
                    [Problem(number, "A cell is too long. Check that every quotation mark is closed.")]
                )
            yield [] if number == 1 and cells == ["sep=", ""] else cells
    except csv.Error as error:
        raise ImportProblems([Problem(number + 1, f"The row cannot be parsed ({error}).")]) from error


def _unreadable(path: Path, reason: str) -> ImportProblems:
    return ImportProblems([Problem(None, f"{path.name} {reason}.")])
