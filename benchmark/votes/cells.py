"""Reads the columns of a votes table as codes and numbers, and collects the rows that are wrong.

pandas is imported inside the functions, because the web part imports this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.votes import UNKNOWN
from benchmark.votes.columns import RowProblem, VoteTableError

if TYPE_CHECKING:
    import pandas as pd

FLAGS: dict[object, int] = {0: 0, 1: 1, "0": 0, "1": 1, "false": 0, "true": 1, "False": 0, "True": 1}
SHOWN_PROBLEMS = 10
STORED_PROBLEMS = 1000  # a column with a million wrong cells is one mistake, not a million sentences


@dataclass(frozen=True)
class Coded:
    """A column of names as codes: `names[code]`, UNKNOWN where a cell is blank."""

    codes: IntArray
    names: tuple[str, ...]

    def at(self, row: int) -> str:
        code = int(self.codes[row])
        return "" if code == UNKNOWN else self.names[code]

    def among(self, rows: IntArray) -> Coded:
        """Return the column restricted to some rows, its names renumbered in alphabetical order.

        The order of rows must not show in a table made from them (docs/decisions/0007).
        """
        codes = self.codes[rows]
        first = first_places(codes, len(self.names))
        present = np.flatnonzero(first < len(codes))
        order = np.array(sorted(present.tolist(), key=lambda code: self.names[code]), dtype=np.int64)
        renumbered = np.full(len(self.names) + 1, UNKNOWN)
        renumbered[order] = np.arange(len(order))
        return Coded(renumbered[codes], tuple(self.names[index] for index in order))


@dataclass
class Problems:
    """The wrong rows found so far; `header_lines` turns row numbers into line numbers of the file."""

    header_lines: int
    found: list[RowProblem] = field(default_factory=list)

    def add(
        self, wrong: BoolArray, sentence: str | Callable[[int], str], rows: IntArray | None = None
    ) -> None:
        """Add a problem for each entry where `wrong` is true.

        Args:
            wrong: (n,) true where something is wrong.
            sentence: what is wrong, or a function of the index into `wrong` that says it.
            rows: (n,) the row of each entry, from 0; omitted when `wrong` covers the whole table.
        """
        for index in np.flatnonzero(wrong)[:STORED_PROBLEMS].tolist():
            row = index if rows is None else int(rows[index])
            text = sentence if isinstance(sentence, str) else sentence(index)
            self.found.append(RowProblem(row + 1, text))

    def raise_if_any(self) -> None:
        """Raise one VoteTableError that names the first wrong rows."""
        if not self.found:
            return
        problems = sorted(self.found, key=lambda problem: problem.row)
        lines = [
            f"{self._location(problem.row)}: {problem.sentence}" for problem in problems[:SHOWN_PROBLEMS]
        ]
        if len(problems) > SHOWN_PROBLEMS:
            lines.append(f"and {len(problems) - SHOWN_PROBLEMS} more")
        raise VoteTableError("The table of votes is wrong in\n" + "\n".join(lines), tuple(problems))

    def _location(self, row: int) -> str:
        return f"row {row} (line {row + self.header_lines})" if self.header_lines else f"row {row}"


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one table, column by column, and adds what is wrong to `problems`."""

    table: pd.DataFrame
    problems: Problems

    def names(self, column: str) -> Coded:
        """Return a column of names as codes; all UNKNOWN where the table lacks it."""
        import pandas as pd

        if column not in self.table.columns:
            return Coded(np.full(len(self.table), UNKNOWN), ())
        codes, values = _factorised(self.table[column])
        names = ["" if pd.isna(value) else str(value) for value in values]
        filled = [index for index, name in enumerate(names) if name]
        # The last entry answers code -1, the blank cells pandas found itself.
        renumbered = np.full(len(names) + 1, UNKNOWN)
        renumbered[filled] = np.arange(len(filled))
        return Coded(renumbered[codes], tuple(names[index] for index in filled))

    def required_names(self, column: str) -> Coded:
        """Return a column of names in which every blank cell is a problem."""
        names = self.names(column)
        self.problems.add(names.codes == UNKNOWN, f"{column} is blank")
        return names

    def flags(self, column: str) -> BoolArray:
        """Return a column of 0 and 1 (or true and false) as booleans; every other cell is a problem."""
        codes, values = _factorised(self.table[column])
        meaning = np.array([*(FLAGS.get(value, UNKNOWN) for value in values), UNKNOWN])[codes]
        self.problems.add(meaning == UNKNOWN, f"{column} is not 0 or 1")
        ticked: BoolArray = meaning == 1
        return ticked

    def milliseconds(self, column: str) -> IntArray:
        """Return a column of whole milliseconds, UNKNOWN where it is blank or not in the table."""
        import pandas as pd

        if column not in self.table.columns:
            return np.full(len(self.table), UNKNOWN)
        codes, values = _factorised(self.table[column])
        blank = np.array([*(value == "" for value in values), True])
        numbers = np.append(pd.to_numeric(pd.Series(list(values), dtype=object), errors="coerce"), np.nan)
        sound = np.isfinite(numbers) & (numbers >= 0) & (numbers < 2**53)
        self.problems.add((~sound & ~blank)[codes], f"{column} is not a number of milliseconds")
        return np.where(sound, numbers, UNKNOWN)[codes].astype(np.int64)


def first_places(codes: IntArray, count: int) -> IntArray:
    """Return (count,) the index where each code occurs first; len(codes) where it does not occur."""
    places = np.full(count + 1, len(codes))
    # The last write to a place stays, so writing backwards leaves the first one.
    places[codes[::-1]] = np.arange(len(codes))[::-1]
    return places[:count]


def _factorised(column: pd.Series) -> tuple[IntArray, pd.Index]:
    """Return the code of each cell, -1 where it is blank, and the values; some may not occur."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), column.cat.categories
    codes, values = pd.factorize(column)
    return codes.astype(np.int64), pd.Index(values)
