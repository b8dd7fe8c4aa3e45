"""Checks the header of a table and selects the columns to read."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from benchmark.pairs import canonical_name
from benchmark.tables.lookalikes import appearance
from benchmark.tables.problems import TableProblem

_SEPARATORS = re.compile(r"[\s_-]+")
_IGNORED = "case, spaces, '-', '_' or invisible characters"


def column_names(header: Sequence[object]) -> tuple[str, ...]:
    """Return the column names of a header in NFC, without outer white space."""
    return tuple(canonical_name(str(name).strip()) for name in header)


def select_columns(
    names: Sequence[str], wanted: Collection[str] | None, *, line: int | None = None
) -> tuple[dict[str, int], list[TableProblem]]:
    """Return the index of each column to read, and the problems of the header.

    Args:
        names: all column names of the file.
        wanted: the names of the columns to read; some of these columns may be missing. If None, all named
            columns are read.
        line: the line number of the header in the file.
    """
    selected: dict[str, int] = {}
    for index, name in enumerate(names):
        if name and (wanted is None or name in wanted):
            selected.setdefault(name, index)
    return selected, column_problems(names, wanted, line=line)


def column_problems(
    names: Sequence[str], wanted: Collection[str] | None, *, line: int | None = None
) -> list[TableProblem]:
    """Return a problem for each wanted column whose name matches several columns of the file.

    Names match if they differ only in case, spaces, `-`, `_` or invisible characters. If a file has the
    columns `chosen` and `Chosen`, it is unclear which column is meant. If the comparison were exact, a column
    `Annotator` or `held out` would count as an unknown column and would be ignored.

    Args:
        names, wanted, line: see `select_columns`.
    """
    by_look = defaultdict[str, list[str]](list)
    for name in filter(None, names):
        by_look[_look(name)].append(name)
    problems = []
    for name in sorted(set(filter(None, names)) if wanted is None else wanted):
        same = by_look.get(_look(name), [])
        message = _duplicate(name, same)
        if message is not None:
            problems.append(TableProblem(message, line, name if name in same else same[0]))
    return problems


def _duplicate(name: str, same: Sequence[str]) -> str | None:
    others = [each for each in same if each != name]
    if same.count(name) > 1:
        return "Two columns have this name. Rename or remove one of them."
    if others and name not in same:
        return f'The name differs from "{name}" only in {_IGNORED}. Rename the column.'
    if others:
        return (
            f'The column "{others[0]}" differs from this one only in {_IGNORED}. '
            "Rename or remove one of them."
        )
    return None


def _look(name: str) -> str:
    return _SEPARATORS.sub("", appearance(name)).casefold()
