"""Refuses CSV and TSV cells whose misplaced quotation marks would become a part of the text."""

import numpy as np

from benchmark.tables.table import Table

MISQUOTED = "The cell has white space before its quotation mark. Remove the white space."


def is_misquoted(cell: object) -> bool:
    """Return whether a cell begins with white space and a quotation mark, like ` "b"` in `a, "b"`."""
    return isinstance(cell, str) and cell[:1].isspace() and cell.lstrip().startswith('"')


def refuse_misquoted(table: Table) -> None:
    """Refuse a table that has misquoted cells (see `is_misquoted`).

    Raises:
        TableError: a cell is misquoted.
    """
    problems = table.problems()
    for name, column in table.columns.items():
        wrong = [code for code, value in enumerate(column.values) if is_misquoted(value)]
        if wrong:
            problems.add_where(np.isin(column.codes, wrong), MISQUOTED, name)
    problems.raise_if_any()
