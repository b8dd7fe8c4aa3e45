"""Reads a table in any supported format. The file's suffix determines the format."""

from collections.abc import Collection
from pathlib import Path

from benchmark.tables.delimited import read_delimited
from benchmark.tables.encoding import decode_text
from benchmark.tables.json_lines import read_json_lines
from benchmark.tables.parquet_file import read_parquet
from benchmark.tables.problems import TableError
from benchmark.tables.table import Table

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")


def read_table(path: Path, columns: Collection[str] | None = None, *, unescape: bool = False) -> Table:
    """Read a CSV, TSV, JSONL or Parquet table.

    Columns that are not read may have any name and content.

    Args:
        columns: the names of the columns to read; some of these columns may be missing. If None, all columns
            are read.
        unescape: true to remove, in CSV and TSV, the apostrophes that our exports put before formulas.

    Raises:
        TableError: the suffix is unknown, or the table cannot be read; the error lists every problem found.
        OSError: the file cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return read_parquet(path, columns)
    if suffix not in SUFFIXES:
        raise TableError(f"{path.name} is not a table: its name must end in {', '.join(SUFFIXES)}.")
    text = decode_text(path.read_bytes(), path.name)
    if suffix == ".jsonl":
        return read_json_lines(text, path.name, columns)
    delimiter = "\t" if suffix == ".tsv" else ","
    return read_delimited(text, path.name, columns, delimiter=delimiter, unescape=unescape)
