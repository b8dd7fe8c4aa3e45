"""Reads votes files: CSV, TSV, JSONL or Parquet."""

from pathlib import Path

from benchmark.stats.votes import Votes
from benchmark.tables import Table, read_table
from benchmark.votes.columns import READ_COLUMNS
from benchmark.votes.rows import VoteRows, parse_votes
from benchmark.votes.validate import count_votes, missing_column_remarks


def read_votes(path: Path) -> Table:
    """Return the known columns of a votes file without checking the cells.

    The file's suffix determines the format.

    Raises:
        TableError: the file cannot be read.
    """
    return read_table(path, READ_COLUMNS, unescape=True)


def load_votes(path: Path) -> tuple[Votes, list[str]]:
    """Return the counted votes of a file, and a sentence for each missing optional column.

    Raises:
        TableError: the file cannot be read, or a row is invalid.
    """
    rows, remarks = load_vote_rows(path)
    return count_votes(rows), remarks


def load_vote_rows(path: Path) -> tuple[VoteRows, list[str]]:
    """Return all rows of a votes file, and a sentence for each missing optional column.

    Raises:
        TableError: the file cannot be read, or a cell is invalid.
    """
    table = read_votes(path)
    return parse_votes(table), missing_column_remarks(table)
