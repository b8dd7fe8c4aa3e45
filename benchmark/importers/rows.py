"""Reads the rows of a benchmark's table, with or without a header. Columns are identified later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmark.importers.problems import ImportProblems
from benchmark.pairs import canonical_name
from benchmark.tables import TableError, TableProblem, read_table
from benchmark.tables.delimited import DELIMITERS, EMPTY_LINE, DelimitedText
from benchmark.tables.encoding import decode_text
from benchmark.tables.problems import shown_cell
from benchmark.tables.quotation import MISQUOTED, is_misquoted

TEXT_SUFFIXES = (".csv", ".tsv")
TYPED_SUFFIXES = (".jsonl", ".parquet")
MAX_TABLE_BYTES = 64 * 1024 * 1024
# The encoding in which Excel on Windows saves CSV files.
LEGACY_ENCODING = "cp1252"


@dataclass(frozen=True)
class TableRow:
    """The cells of one row, in NFC; each run of white space is replaced by one space.

    Attributes:
        not_text: the indices of cells that are numbers, true or false in the file.
    """

    line: int
    cells: tuple[str, ...]
    not_text: frozenset[int] = frozenset()


@dataclass(frozen=True)
class TableRows:
    """The rows of a table, including the header, and the problems found in the table's lines.

    Attributes:
        remark: a sentence that says which encoding was guessed; None if none was guessed.
    """

    rows: tuple[TableRow, ...]
    problems: tuple[TableProblem, ...] = field(default=())
    remark: str | None = None


def possible_rows(path: Path) -> tuple[list[TableRows], list[ImportProblems]]:
    """Parse a benchmark's table once with each possible delimiter.

    Returns:
        The parsed tables, and one error for each delimiter that does not work. The first parsed table is the
        one in which the most rows have the same number of cells.

    Raises:
        ImportProblems: the file is too large or cannot be decoded.
    """
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise ImportProblems.of(f"The table is larger than {MAX_TABLE_BYTES // 1024**2} MiB.", path.name)
    try:
        if path.suffix.lower() in TYPED_SUFFIXES:
            return [_typed_rows(path)], []
        text, remark = _decoded(path.read_bytes(), path.name)
    except TableError as error:
        raise ImportProblems.of_table(error, path.name) from error
    return _delimited_rows(text, path.name, remark)


def _decoded(content: bytes, source: str) -> tuple[str, str | None]:
    """Decode a table file; return the text, and a sentence if the encoding was guessed."""
    try:
        return decode_text(content, source), None
    except TableError:
        text = decode_text(content, source, legacy_encoding=LEGACY_ENCODING)
    line, letters = next(
        (number, line) for number, line in enumerate(text.splitlines(), start=1) if not line.isascii()
    )
    remark = f"{source} is not UTF-8. It was read as Windows-1252: check its letters, such as line {line}, "
    return text, f"{remark}{shown_cell(letters)}."


def _delimited_rows(
    text: str, source: str, remark: str | None
) -> tuple[list[TableRows], list[ImportProblems]]:
    tables: list[TableRows] = []
    errors: list[ImportProblems] = []
    for delimiter in DELIMITERS:
        try:
            tables.append(replace(_parse(DelimitedText(text, delimiter)), remark=remark))
        except TableError as error:
            errors.append(ImportProblems.of_table(error, source))
    return sorted(tables, key=_regular_rows, reverse=True), errors


def _parse(text: DelimitedText) -> TableRows:
    rows = []
    problems: list[TableProblem] = []
    blank: list[TableProblem] = []
    for record in text.records():
        cells = tuple(map(_cell, record.cells))
        problems += [TableProblem(MISQUOTED, record.line) for cell in record.cells if is_misquoted(cell)]
        if not any(cells):
            blank.append(TableProblem(EMPTY_LINE, record.line))
            continue
        problems += blank
        blank = []
        rows.append(TableRow(record.line, cells))
    return TableRows(tuple(rows), tuple(problems))


def _regular_rows(table: TableRows) -> int:
    """Return the number of rows that have as many cells as the first row.

    Return 0 if the first row has only one cell: in this case, the delimiter does not split the header.
    """
    width = len(table.rows[0].cells) if table.rows else 0
    return sum(len(row.cells) == width for row in table.rows) if width > 1 else 0


def _typed_rows(path: Path) -> TableRows:
    """Return the rows of a JSONL or Parquet table.

    The first row contains the column names and has line number 0.
    """
    table = read_table(path)
    columns = [table.cells(name) for name in table.columns]
    header = TableRow(0, tuple(map(_cell, table.columns)))
    return TableRows((header, *_numbered(columns, table.lines)))


def _numbered(columns: Sequence[Sequence[object]], lines: Sequence[int] | None) -> Iterator[TableRow]:
    for row, cells in enumerate(zip(*columns, strict=True)):
        line = lines[row] if lines is not None else row + 1
        not_text = frozenset(index for index, cell in enumerate(cells) if not isinstance(cell, str | None))
        yield TableRow(line, tuple("" if cell is None else _cell(cell) for cell in cells), not_text)


def _cell(value: object) -> str:
    return canonical_name(" ".join(str(value).split()))
