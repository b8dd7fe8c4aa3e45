"""Checks the header of a table and selects the columns to read."""

from collections.abc import Collection, Sequence

from benchmark.pairs import canonical_name
from benchmark.tables.problems import TableProblem


def column_names(header: Sequence[object]) -> tuple[str, ...]:
    """Return the column names of a header in NFC, without outer white space."""
    return tuple(canonical_name(str(name).strip()) for name in header)


def select_columns(
    names: Sequence[str], wanted: Collection[str] | None, *, line: int | None = None
) -> tuple[dict[str, int], list[TableProblem]]:
    """Return the index of each column to read, and the problems of the header.

    Args:
        names: all column names of the file.
        wanted: the names of the columns to read; the file may lack some. None reads all named columns.
        line: the line of the header.
    """
    selected: dict[str, int] = {}
    duplicates: set[str] = set()
    for index, name in enumerate(names):
        if not name or (wanted is not None and name not in wanted):
            continue
        if name in selected:
            duplicates.add(name)
        selected.setdefault(name, index)
    problems = [
        TableProblem("Two columns have this name. Rename or remove one of them.", line, name)
        for name in sorted(duplicates)
    ]
    return selected, problems
