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
    for index, name in enumerate(names):
        if name and (wanted is None or name in wanted):
            selected.setdefault(name, index)
    return selected, duplicate_columns(names, selected, line=line)


def duplicate_columns(
    names: Sequence[str], selected: Collection[str], *, line: int | None = None
) -> list[TableProblem]:
    """Return a problem for each selected column whose name another column also has.

    Names that differ only in case also count as equal, because nobody can tell which of `chosen` and `Chosen`
    is meant.
    """
    problems = []
    for name in sorted(selected):
        same = [other for other in names if other.casefold() == name.casefold()]
        if same.count(name) > 1:
            problems.append(
                TableProblem("Two columns have this name. Rename or remove one of them.", line, name)
            )
        elif len(same) > 1:
            other = next(each for each in same if each != name)
            message = (
                f'The column "{other}" differs from this one only in case. Rename or remove one of them.'
            )
            problems.append(TableProblem(message, line, name))
    return problems
