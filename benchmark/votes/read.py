"""Reads votes files (csv, jsonl or parquet)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.stats.votes import Votes
from benchmark.votes.columns import NAME_COLUMNS, READ_COLUMNS, VoteTableError
from benchmark.votes.rows import VoteRows, parse_votes
from benchmark.votes.spreadsheet import unguard
from benchmark.votes.validate import count_votes, missing_lines

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MAX_SHOWN_HEADER = 80
_LARGEST_BLOCK = 2**31 - 1


def read_votes(path: Path) -> pd.DataFrame:
    """Return the known columns of a votes table without checking cells; the suffix decides the format.

    Raises:
        VoteTableError: the suffix is unknown, the file cannot be parsed, or two columns have the same name.
    """
    readers = {".csv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise VoteTableError(
            f"{path.name} is not a votes table: its name must end in .csv, .jsonl or .parquet."
        )
    import pyarrow as pa

    try:
        table = reader(path)
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        raise VoteTableError(f"{path.name} cannot be read: {error}") from error
    frame: pd.DataFrame = table.to_pandas()
    return frame


def load_votes(path: Path) -> tuple[Votes, list[str]]:
    """Return the votes of a file that count, and a sentence for each column it lacks.

    Raises:
        VoteTableError: the file cannot be read, or a row is invalid.
    """
    rows, remarks = load_vote_rows(path)
    return count_votes(rows), remarks


def load_vote_rows(path: Path) -> tuple[VoteRows, list[str]]:
    """Return all rows of a votes file, and a sentence for each column it lacks.

    Raises:
        VoteTableError: the file cannot be read, or a cell of it is wrong.
    """
    table = read_votes(path)
    header_lines = 1 if path.suffix.lower() == ".csv" else 0
    return parse_votes(table, header_lines=header_lines), missing_lines(table)


def _read_csv(path: Path) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    header = _header(path)
    present = [column for column in READ_COLUMNS if column in header]
    if not present:
        # With an empty list of columns the reader would return all of them, with guessed types.
        shown = ", ".join(header)[:MAX_SHOWN_HEADER]
        raise VoteTableError(
            f"{path.name} has none of the columns of a votes table. Columns are separated by commas; "
            f"the first line of the file is: {shown}"
        )
    name_type = pa.dictionary(pa.int32(), pa.string())
    table = csv.read_csv(
        path,
        # One thread: with several, the reader does not report the row of an error.
        read_options=csv.ReadOptions(use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            include_columns=present,
            column_types=dict.fromkeys(READ_COLUMNS, name_type),
            strings_can_be_null=False,
        ),
    )
    return _without_guards(table)


def _header(path: Path) -> list[str]:
    import csv

    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header = next(csv.reader(stream), [])
    except UnicodeDecodeError as error:
        raise VoteTableError(f"{path.name} is not UTF-8 text. Save it as CSV in UTF-8.") from error
    twice = sorted({column for column in header if header.count(column) > 1} & set(READ_COLUMNS))
    if not header:
        raise VoteTableError(f"{path.name} is empty.")
    if twice:
        raise VoteTableError(f"{path.name} has two columns with the name {', '.join(twice)}.")
    return header


def _without_guards(table: pa.Table) -> pa.Table:
    """Return the table with escaped cells unescaped (see `benchmark.votes.spreadsheet`)."""
    import pyarrow as pa

    columns = []
    for column in table.columns:
        combined = column.combine_chunks()
        chunks = combined.chunks if isinstance(combined, pa.ChunkedArray) else [combined]
        columns.append(
            pa.chunked_array(
                [
                    pa.DictionaryArray.from_arrays(
                        chunk.indices, pa.array(map(unguard, chunk.dictionary.to_pylist()), pa.string())
                    )
                    for chunk in chunks
                ],
                type=column.type,
            )
        )
    return pa.table(columns, names=table.column_names)


def _read_jsonl(path: Path) -> pa.Table:
    import pyarrow as pa
    from pyarrow import json

    names = pa.schema([(column, pa.string()) for column in NAME_COLUMNS])
    # The reader counts rows from 0 in each block, so the whole file is one block (up to 2 GiB).
    block_bytes = min(max(path.stat().st_size, 1), _LARGEST_BLOCK)
    try:
        table = json.read_json(
            path,
            read_options=json.ReadOptions(use_threads=False, block_size=block_bytes),
            parse_options=json.ParseOptions(explicit_schema=names),
        )
    except pa.ArrowInvalid as error:
        said = re.sub(r"in row (\d+)$", lambda row: f"in row {int(row[1]) + 1}", str(error))
        raise VoteTableError(f"{path.name} cannot be read: {said}") from error
    # The schema adds a column of nulls for every name that the file does not have.
    absent = {name for name in NAME_COLUMNS if table[name].null_count == len(table)}
    return table.select([name for name in table.column_names if name in READ_COLUMNS and name not in absent])


def _read_parquet(path: Path) -> pa.Table:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        present = [column for column in READ_COLUMNS if column in file.schema_arrow.names]
    return parquet.read_table(path, columns=present, read_dictionary=list(NAME_COLUMNS))
