"""Reads a table that maps each file of a folder to a pair and a seed."""

from collections.abc import Mapping
from pathlib import Path

from benchmark.pairs import ClipName
from benchmark.tables import TableError, read_table
from benchmark.tables.cells import CellReader
from benchmark.tables.table import BLANK
from benchmark.wire.common import MAX_SEED

_COLUMNS = ("file", "pair", "seed")


def read_names(path: Path) -> Mapping[str, ClipName]:
    """Return a mapping from file name to pair and seed.

    Args:
        path: a table with the columns `file`, `pair` and, optionally, `seed`.

    Raises:
        TableError: a column is missing or unknown, or a cell is invalid; the error lists all problems.
    """
    table = read_table(path, _COLUMNS)
    table.require(_COLUMNS[:2])
    unknown = [name for name in table.header if name and name not in _COLUMNS]
    if unknown:
        raise TableError(
            f"{table.source} has unknown columns: {', '.join(unknown)}. Name the columns file, pair and seed."
        )
    cells = CellReader(table)
    files, pairs = cells.names("file", required=True), cells.names("pair", required=True)
    numbers = cells.whole_numbers("seed", maximum=MAX_SEED).tolist()
    seeds = [None if number == BLANK else number for number in numbers]
    names: dict[str, ClipName] = {}
    for row in range(len(table)):
        file = files.at(row)
        if file and file in names:
            cells.problems.add(row, "The table names this file twice.", "file")
        names[file] = ClipName(pairs.at(row), seeds[row])
    cells.problems.raise_if_any()
    return names
