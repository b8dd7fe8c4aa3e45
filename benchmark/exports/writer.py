"""Writes any table in any format, for pages, the API and the command line."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from benchmark.exports.cells import cell_rows
from benchmark.exports.csv_json import csv_chunks, json_chunks, jsonl_chunks
from benchmark.exports.layout import TableLayout
from benchmark.exports.markup import latex_chunks, markdown_chunks
from benchmark.exports.notes import TableNote
from benchmark.exports.parquet import parquet_chunks
from benchmark.exports.tables import COLUMN_NAMES
from benchmark.protocol import TableFormat, TableName

DEFAULT_LAYOUT = TableLayout()


def table_chunks(
    table: TableName,
    rows: Iterable[object],
    file_format: TableFormat,
    *,
    note: TableNote | None = None,
    layout: TableLayout = DEFAULT_LAYOUT,
) -> Iterator[bytes]:
    """Yield a table as a file, in chunks. Rows are consumed lazily.

    In Markdown and LaTeX, the note follows the table; in Parquet, the metadata contains the note. CSV, JSON
    and JSONL files contain only rows, so that every program can read the files.

    Args:
        table: the table to write.
        rows: objects with one attribute per column of the table.
        file_format: the file format.
        note: the note of the table.
        layout: the columns and display names of Markdown and LaTeX tables.

    Raises:
        UnknownColumn: the layout chooses a column that the table does not have. The error is raised when the
            first chunk is read.
    """
    text = note.text(table) if note else ""
    names = COLUMN_NAMES[table]
    match file_format:
        case TableFormat.CSV:
            return csv_chunks(names, cell_rows(table, rows))
        case TableFormat.JSON:
            return json_chunks(names, cell_rows(table, rows))
        case TableFormat.JSONL:
            return jsonl_chunks(names, cell_rows(table, rows))
        case TableFormat.PARQUET:
            return parquet_chunks(table, cell_rows(table, rows), text)
        case TableFormat.MARKDOWN:
            return markdown_chunks(table, rows, text, layout)
        case TableFormat.LATEX:
            return latex_chunks(table, rows, note, layout)


def write_table(
    table: TableName,
    rows: Iterable[object],
    file_format: TableFormat,
    stream: BinaryIO,
    *,
    note: TableNote | None = None,
    layout: TableLayout = DEFAULT_LAYOUT,
) -> None:
    """Write the table to a binary stream; see `table_chunks`."""
    for chunk in table_chunks(table, rows, file_format, note=note, layout=layout):
        stream.write(chunk)
