"""Reads CSV and TSV with RFC 4180 quoting. Every row must have as many cells as the header."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, overload

from benchmark.plurals import counted
from benchmark.tables.header import column_names, select_columns
from benchmark.tables.problems import MAX_STORED, TableError, TableProblem
from benchmark.tables.quotation import refuse_misquoted
from benchmark.tables.spreadsheet import unguard
from benchmark.tables.table import Column, ColumnBuilder, Table

if TYPE_CHECKING:
    import _csv

DELIMITERS = (",", ";", "\t", "|")
EMPTY_LINE = "The line is empty. Delete it."
_CHUNK_ROWS = 4096
_MAX_HEADER = 1 << 16  # the header must end within this number of characters
_MARKER = "sep="  # some spreadsheets write a first line such as `sep=;`


@dataclass(frozen=True)
class Record:
    """The cells of one row, and the physical line on which the row begins."""

    line: int
    cells: list[str]


class DelimitedText:
    """The rows of a CSV or TSV text.

    Args:
        delimiter: the delimiter of cells. A first line such as `sep=;` sets the delimiter and does not count
            as a row.
    """

    def __init__(self, text: str, delimiter: str) -> None:
        end = text.find("\n")
        marker = text[: end if end >= 0 else len(text)].strip(' "\r')
        self._has_marker = marker.startswith(_MARKER) and len(marker) == len(_MARKER) + 1
        self._text = text[end + 1 if end >= 0 else len(text) :] if self._has_marker else text
        self.delimiter = marker[-1] if self._has_marker else delimiter

    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of each row, including empty rows. A cell may contain line breaks.

        Raises:
            TableError: a row cannot be parsed, such as after an unclosed quotation mark.
        """
        reader = self._reader()
        try:
            yield from reader
        except csv.Error as error:
            line = self._line_of_error()
            message = f"The row cannot be parsed ({error}). Check that every quotation mark is closed."
            raise TableError(message, [TableProblem(message, line)]) from error

    def records(self) -> Iterator[Record]:
        """Yield each row together with the number of the physical line on which the row begins."""
        yield from map(Record, self.lines(), self.rows())

    def lines(self) -> Iterator[int]:
        """Yield the number of each row's first physical line; stop at the first row that cannot be parsed."""
        reader = self._reader()
        line = 1 + self._has_marker
        try:
            for _ in reader:
                yield line
                line = reader.line_num + 1 + self._has_marker
        except csv.Error:
            yield line

    def _reader(self) -> "_csv.Reader":
        # With newline="", only \n, \r and \r\n end a line; U+2028 and similar characters are text.
        return csv.reader(io.StringIO(self._text, newline=""), delimiter=self.delimiter, strict=True)

    def _line_of_error(self) -> int:
        return max(self.lines())


class _RowLines(Sequence[int]):
    """Finds the physical line of a row below the header, when an error message needs the line number."""

    def __init__(self, text: DelimitedText) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> list[int]:
        return list(self._text.lines())[1:]

    @overload
    def __getitem__(self, row: int) -> int: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[int]: ...
    def __getitem__(self, row: int | slice) -> int | Sequence[int]:
        return self._lines[row]

    def __len__(self) -> int:
        return len(self._lines)


@dataclass(frozen=True)
class _Irregular:
    """A row that does not have as many cells as the header; `width` is the row's number of cells.

    An empty row has width 0.

    Attributes:
        number: the index of the row in the file, counted from 0.
    """

    number: int
    width: int


def read_delimited(
    text: str, source: str, wanted: Collection[str] | None, *, delimiter: str, unescape: bool
) -> Table:
    """Return the wanted columns of a CSV or TSV table.

    Args:
        delimiter: the usual delimiter of the format. The reader uses another delimiter if that delimiter
            splits the header into more wanted column names.
        unescape: true to remove the apostrophes that `benchmark.tables.spreadsheet` adds.

    Raises:
        TableError: the file is empty or a row cannot be read; the error contains every problem found.
    """
    delimited = DelimitedText(text, _detected_delimiter(text, wanted, delimiter))
    rows = delimited.rows()
    try:
        first, header = _first_nonblank(rows)
        if header is None:
            raise TableError(f"{source} is empty.")
        names = column_names(header)
        selected, problems = select_columns(names, wanted, line=next(islice(delimited.lines(), first, None)))
        columns = {name: ColumnBuilder() for name in selected}
        count, irregular = _build(rows, names, columns, first + 1)
    except TableError as error:
        raise TableError.of(source, error.found) if error.found else error from error
    irregular = [*(_Irregular(number, 0) for number in range(first)), *irregular]
    problems += _irregular_problems(delimited, irregular, len(names))
    if problems:
        raise TableError.of(source, problems)
    finished = {name: _finished(column, unescape) for name, column in columns.items()}
    table = Table(source, names, finished, count, _RowLines(delimited))
    refuse_misquoted(table)
    return table


def _first_nonblank(rows: Iterator[list[str]]) -> tuple[int, list[str] | None]:
    """Return the number and the cells of the first non-empty row.

    The cells are None if all rows are empty.
    """
    for number, cells in enumerate(rows):
        if "".join(cells).strip():
            return number, cells
    return 0, None


def _build(
    rows: Iterator[list[str]], names: Sequence[str], columns: Mapping[str, ColumnBuilder], number: int
) -> tuple[int, list[_Irregular]]:
    """Add all regular rows to the columns. Return the number of regular rows, and the irregular rows.

    Empty rows at the end of the table are ignored.

    Args:
        names: all column names of the file.
        number: the number of the first row, counted from 0.
    """
    builders = [(names.index(name), column) for name, column in columns.items()]
    count, irregular = 0, list[_Irregular]()
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        regular = chunk
        # These two checks run in C; the slower loops below run only for chunks with an irregular row.
        if set(map(len, chunk)) != {len(names)} or not all(map(any, chunk)):
            regular = [cells for cells in chunk if len(cells) == len(names) and any(cells)]
            irregular += [
                _Irregular(at, len(cells) if "".join(cells).strip() else 0)
                for at, cells in enumerate(chunk, start=number)
                if len(cells) != len(names) or not any(cells)
            ]
        number += len(chunk)
        count += len(regular)
        transposed = list(zip(*regular, strict=True))
        for index, builder in builders:
            builder.extend(transposed[index] if transposed else ())
    while irregular and irregular[-1] == _Irregular(number - 1, 0):
        irregular.pop()
        number -= 1
    return count, irregular


def _irregular_problems(
    delimited: DelimitedText, irregular: Sequence[_Irregular], width: int
) -> list[TableProblem]:
    if not irregular:
        return []
    lines = list(delimited.lines())
    return [
        TableProblem(width_message(row.width, width) if row.width else EMPTY_LINE, lines[row.number])
        for row in irregular[:MAX_STORED]
    ]


def width_message(cells: int, width: int) -> str:
    """Return the message for a row that does not have as many cells as the header."""
    return (
        f"The row has {counted(cells, 'cell')}, but the header has {width}. "
        "Put cells that contain the delimiter in quotation marks."
    )


def _finished(builder: ColumnBuilder, unescape: bool) -> Column:
    column = builder.column()
    if not unescape:
        return column
    return Column(column.codes, tuple(unguard(str(value)) for value in column.values))


def _detected_delimiter(text: str, wanted: Collection[str] | None, usual: str) -> str:
    """Return the delimiter that splits the header into the largest number of wanted column names.

    In a tie, return `usual`.
    """
    if wanted is None:
        return usual
    start = text[:_MAX_HEADER]

    def known(delimiter: str) -> int:
        try:
            header = next(DelimitedText(start, delimiter).rows(), [])
        except TableError:
            return 0
        return len(set(column_names(header)) & set(wanted))

    return max((usual, *DELIMITERS), key=known)
