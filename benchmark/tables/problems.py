"""Collects a table's problems, with line and column, and defines the error that lists the problems."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmark.plurals import counted
from benchmark.stats.arrays import BoolArray, IntArray

MAX_SHOWN = 10
# The maximum number of stored problems. A million wrong cells in one column usually have one cause.
MAX_STORED = 1000
MAX_SHOWN_CELL = 60

Unit = Literal["line", "row"]


@dataclass(frozen=True)
class TableProblem:
    """One problem of a table.

    Attributes:
        message: a sentence about the problem, without line and column.
        line: the physical line of the file, counted from 1; a row number if `unit` is "row".
        column: the name of the column.
    """

    message: str
    line: int | None = None
    column: str | None = None
    unit: Unit = "line"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    @property
    def place(self) -> str:
        """The line and column of a problem, such as `line 3, column pair`; unknown values are omitted."""
        line = [f"{self.unit} {self.line}"] if self.line is not None else []
        column = [f"column {self.column}"] if self.column is not None else []
        return ", ".join(line + column)


class TableError(ValueError):
    """A table cannot be read; the message names the file and the first problems in the order of `found`."""

    def __init__(self, message: str, found: Sequence[TableProblem] = ()) -> None:
        super().__init__(message)
        self.found = tuple(found)

    @classmethod
    def of(cls, source: str, problems: Sequence[TableProblem]) -> "TableError":
        """Return the error for the table called `source`; the problems are sorted by line."""
        found = sorted(problems, key=lambda problem: problem.line or 0)
        if len(found) == 1:
            (only,) = found
            return cls(f"{source}, {only}" if only.place else f"{source}: {only}", found)
        shown = [f"  {problem}" for problem in found[:MAX_SHOWN]]
        if len(found) > MAX_SHOWN:
            shown.append(f"  and {len(found) - MAX_SHOWN} more")
        return cls("\n".join([f"{source} has {counted(len(found), 'problem')}:", *shown]), found)


@dataclass
class Problems:
    """Collects the problems of one table.

    Attributes:
        source: the table name that messages show, such as `votes.csv`.
        lines: the physical line of each row; None if the messages contain row numbers (counted from 1)
            instead of lines.
    """

    source: str
    lines: Sequence[int] | None = None
    found: list[TableProblem] = field(default_factory=list)

    def add(self, row: int, message: str, column: str | None = None) -> None:
        """Add a problem of one row. Rows are counted from 0."""
        if self.lines is None:
            self.found.append(TableProblem(message, row + 1, column, "row"))
        else:
            self.found.append(TableProblem(message, self.lines[row], column))

    def add_where(
        self,
        is_wrong: BoolArray,
        message: str | Callable[[int], str],
        column: str | None = None,
        rows: IntArray | None = None,
    ) -> None:
        """Add a problem for each entry where `is_wrong` is true.

        Args:
            is_wrong: (n,) bool, true for each entry with the problem.
            message: a sentence, or a function that returns a sentence for an index into `is_wrong`.
            column: the name of the column.
            rows: (n,) the row of each entry, counted from 0; by default entry i is row i.
        """
        for index in np.flatnonzero(is_wrong)[:MAX_STORED].tolist():
            row = index if rows is None else int(rows[index])
            self.add(row, message if isinstance(message, str) else message(index), column)

    def raise_if_any(self) -> None:
        """Raise a TableError if there are problems."""
        if self.found:
            raise TableError.of(self.source, self.found)


def shown_cell(value: object) -> str:
    """Return a cell in quotation marks for a message.

    A long cell is shortened. Control characters are escaped, because a terminal could execute them.
    """
    text = str(value)
    ellipsis = "…" if len(text) > MAX_SHOWN_CELL else ""
    return f'"{"".join(map(_shown_letter, text[:MAX_SHOWN_CELL]))}{ellipsis}"'


def _shown_letter(letter: str) -> str:
    return f"\\x{ord(letter):02x}" if unicodedata.category(letter) in ("Cc", "Cs") else letter
