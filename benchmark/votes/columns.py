"""The columns of a votes table, coded as numbers, and what can be wrong in a row of it.

pandas is loaded by the functions, for the web part imports this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from benchmark.protocol import Justification
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.votes import UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

JUSTIFICATION_COLUMNS = tuple(justification.value for justification in Justification)
SIDE_PAIRS = (("reference", "other"), ("left", "right"))
TAG_COLUMNS = ("style", "hard_case")
SIDE_COLUMNS = tuple(column for pair in SIDE_PAIRS for column in pair)
VOTE_COLUMNS = (
    "study",
    "matchup",
    "pair",
    "image",
    "scenario",
    "annotator",
    *SIDE_COLUMNS,
    "chosen",
    "status",
    *JUSTIFICATION_COLUMNS,
    "cast_at",
    "decision_ms",
    "replaces",
    *TAG_COLUMNS,
)
NEEDED_COLUMNS = ("matchup", "pair", "chosen", "status", *JUSTIFICATION_COLUMNS)
NAME_COLUMNS = (
    "study",
    "matchup",
    "pair",
    "image",
    "scenario",
    "annotator",
    *SIDE_COLUMNS,
    "chosen",
    "status",
    *TAG_COLUMNS,
)
READ_COLUMNS = (*NAME_COLUMNS, *JUSTIFICATION_COLUMNS, "decision_ms")
FLAGS: dict[object, int] = {0: 0, 1: 1, "0": 0, "1": 1, "false": 0, "true": 1, "False": 0, "True": 1}
SHOWN_PROBLEMS = 10
KEPT_PROBLEMS = 1000  # a column of a million wrong cells is one mistake, not a million sentences


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one row; rows count from 1, without a header."""

    row: int
    sentence: str


class VoteTableError(ValueError):
    """A table of votes that cannot be counted; `problems` names each row that is wrong."""

    def __init__(self, message: str, problems: tuple[RowProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


@dataclass(frozen=True)
class Coded:
    """A column of names as codes: `names[code]`, UNKNOWN where a cell is blank."""

    codes: IntArray
    names: tuple[str, ...]

    def at(self, row: int) -> str:
        code = int(self.codes[row])
        return "" if code == UNKNOWN else self.names[code]

    def among(self, rows: IntArray) -> Coded:
        """Return the column of some rows only, its names numbered anew in their alphabetical order.

        The order of rows must not show in a table made from them (docs/decisions/0007).
        """
        codes = self.codes[rows]
        first = first_places(codes, len(self.names))
        met = np.flatnonzero(first < len(codes))
        order = np.array(sorted(met.tolist(), key=lambda code: self.names[code]), dtype=np.int64)
        renumbered = np.full(len(self.names) + 1, UNKNOWN)
        renumbered[order] = np.arange(len(order))
        return Coded(renumbered[codes], tuple(self.names[index] for index in order))


@dataclass
class Findings:
    """The problems met so far, and how their lines are named."""

    header_lines: int
    problems: list[RowProblem] = field(default_factory=list)

    def refuse(
        self, wrong: BoolArray, sentence: str | Callable[[int], str], rows: IntArray | None = None
    ) -> None:
        """Note each row where `wrong` is true.

        Args:
            wrong: (n,) true where something is wrong.
            sentence: what, or how to say it, given the index into `wrong`.
            rows: (n,) the row of each entry, from 0; left out when `wrong` covers the whole table.
        """
        for index in np.flatnonzero(wrong)[:KEPT_PROBLEMS].tolist():
            row = index if rows is None else int(rows[index])
            said = sentence if isinstance(sentence, str) else sentence(index)
            self.problems.append(RowProblem(row + 1, said))

    def raise_if_any(self) -> None:
        """Raise one error that names the first rows that are wrong."""
        if not self.problems:
            return
        problems = sorted(self.problems, key=lambda problem: problem.row)
        lines = [f"{self._name(problem.row)}: {problem.sentence}" for problem in problems[:SHOWN_PROBLEMS]]
        if len(problems) > SHOWN_PROBLEMS:
            lines.append(f"and {len(problems) - SHOWN_PROBLEMS} more")
        raise VoteTableError("The table of votes is wrong in\n" + "\n".join(lines), tuple(problems))

    def _name(self, row: int) -> str:
        return f"row {row} (line {row + self.header_lines})" if self.header_lines else f"row {row}"


def coded(table: pd.DataFrame, column: str) -> Coded:
    """Return a column of names as codes; all UNKNOWN where the table lacks it."""
    import pandas as pd

    if column not in table.columns:
        return Coded(np.full(len(table), UNKNOWN), ())
    codes, values = _factorised(table[column])
    names = ["" if pd.isna(value) else str(value) for value in values]
    kept = [index for index, name in enumerate(names) if name]
    # The last entry answers code -1, the blank cells pandas found itself.
    renumbered = np.full(len(names) + 1, UNKNOWN)
    renumbered[kept] = np.arange(len(kept))
    return Coded(renumbered[codes], tuple(names[index] for index in kept))


def _factorised(column: pd.Series) -> tuple[IntArray, pd.Index]:
    """Return the code of each cell, -1 where it is blank, and the values; some may not occur."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), column.cat.categories
    codes, values = pd.factorize(column)
    return codes.astype(np.int64), pd.Index(values)


def flag(table: pd.DataFrame, column: str, findings: Findings) -> BoolArray:
    """Return a column of 0 and 1 (or true and false) as booleans; every other cell is refused."""
    codes, values = _factorised(table[column])
    meaning = np.array([*(FLAGS.get(value, UNKNOWN) for value in values), UNKNOWN])[codes]
    findings.refuse(meaning == UNKNOWN, f"{column} is not 0 or 1")
    ticked: BoolArray = meaning == 1
    return ticked


def milliseconds(table: pd.DataFrame, column: str, findings: Findings) -> IntArray:
    """Return a column of whole milliseconds, UNKNOWN where it is blank or not in the table."""
    import pandas as pd

    if column not in table.columns:
        return np.full(len(table), UNKNOWN)
    codes, values = _factorised(table[column])
    blank = np.array([*(value == "" for value in values), True])
    numbers = np.append(pd.to_numeric(pd.Series(list(values), dtype=object), errors="coerce"), np.nan)
    sound = np.isfinite(numbers) & (numbers >= 0) & (numbers < 2**53)
    findings.refuse((~sound & ~blank)[codes], f"{column} is not a number of milliseconds")
    return np.where(sound, numbers, UNKNOWN)[codes].astype(np.int64)


def first_places(codes: IntArray, count: int) -> IntArray:
    """Return (count,) where each code is met first; len(codes) where it is not met at all."""
    places = np.full(count + 1, len(codes))
    # The last write to a place stays, so writing backwards leaves the first one.
    places[codes[::-1]] = np.arange(len(codes))[::-1]
    return places[:count]
