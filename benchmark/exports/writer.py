"""One door for every table in every format, for the pages, the REST API and the command line alike."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from benchmark.exports.cells import cell_rows
from benchmark.exports.csv_json import csv_chunks, json_chunks, jsonl_chunks
from benchmark.exports.markup import latex_chunks, markdown_chunks
from benchmark.exports.notes import TableNote
from benchmark.exports.parquet import parquet_chunks
from benchmark.exports.tables import COLUMN_NAMES
from benchmark.protocol import TableFormat, TableName


def table_chunks(
    table: TableName, rows: Iterable[object], file_format: TableFormat, *, note: TableNote | None = None
) -> Iterator[bytes]:
    """Yield the file piece by piece; rows are read as they are written.

    CSV, JSON and JSONL are rows and nothing else, so that every program reads them; the note goes under
    the Markdown and LaTeX table and into the metadata of the Parquet file.

    Args:
        table: which table.
        rows: objects with an attribute per column of the table.
        file_format: as what.
        note: what the table rests on.
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
            return markdown_chunks(table, rows, text)
        case TableFormat.LATEX:
            return latex_chunks(table, rows, text)


def write_table(
    table: TableName,
    rows: Iterable[object],
    file_format: TableFormat,
    stream: BinaryIO,
    *,
    note: TableNote | None = None,
) -> None:
    """Write the table to a binary stream; see `table_chunks`."""
    for chunk in table_chunks(table, rows, file_format, note=note):
        stream.write(chunk)
