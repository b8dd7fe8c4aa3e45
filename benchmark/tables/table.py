"""Defines `Table`, the type that every reader of tables returns."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.tables.problems import Problems, TableError

Value = str | int | float | bool
BLANK = -1
_VALUE_TYPES = frozenset({str, int, float, bool})


@dataclass(frozen=True)
class Column:
    """The cells of a column, stored as integer codes of its distinct values (dictionary encoding).

    Attributes:
        codes: (rows,) indices into `values`; BLANK for an empty cell.
        values: the distinct values, with the types of the file; a CSV has only texts.
    """

    codes: IntArray
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Table:
    """The columns that were read from a table.

    Attributes:
        source: the file name that messages show.
        header: the names of all columns of the file, including columns that were not read.
        columns: a mapping from name to column, for the columns that were read.
        count: the number of rows.
        lines: for each row, the number of its first physical line; None if the format has no lines.
    """

    source: str
    header: tuple[str, ...]
    columns: Mapping[str, Column]
    count: int
    lines: Sequence[int] | None = None

    @classmethod
    def from_columns(
        cls, source: str, columns: Mapping[str, Iterable[object]], *, lines: Sequence[int] | None = None
    ) -> "Table":
        """Return a table made of columns of equal length. None, an empty text and NaN are empty cells.

        Raises:
            ValueError: the columns have different lengths.
        """
        coded = {name: typed_column([*map(_value, cells)]) for name, cells in columns.items()}
        counts = {len(column.codes) for column in coded.values()}
        if len(counts) > 1:
            raise ValueError("the columns of the table have different lengths")
        return cls(source, tuple(coded), coded, counts.pop() if counts else 0, lines)

    def __len__(self) -> int:
        return self.count

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def problems(self) -> Problems:
        """Return a new, empty `Problems` object for this table."""
        return Problems(self.source, self.lines)

    def cells(self, column: str) -> list[Value | None]:
        """Return the cells of a column, row by row. An empty cell is None."""
        values = (*self.columns[column].values, None)
        return [values[code] for code in self.columns[column].codes.tolist()]

    def require(self, columns: Sequence[str]) -> None:
        """Check that the table has the given columns.

        Raises:
            TableError: a column is missing; the message lists the columns of the file.
        """
        missing = [column for column in columns if column not in self.columns]
        if missing:
            names = ", ".join(self.header)
            shown = names if len(names) <= 200 else f"{names[:200]}…"
            noun = "column" if len(missing) == 1 else "columns"
            raise TableError(f"{self.source} has no {noun} {', '.join(missing)}. Its columns are: {shown}")


class _Codes(dict[object, int]):
    """A dictionary that gives each new value the next integer code."""

    def __missing__(self, value: object) -> int:
        code = self[value] = len(self)
        return code


class ColumnBuilder:
    """Builds a column of texts chunk by chunk. An empty text is an empty cell."""

    def __init__(self) -> None:
        self._codes = array("q")
        self._by_value = _Codes()

    def extend(self, cells: Iterable[str]) -> None:
        """Append cells to the column."""
        self._codes.extend(map(self._by_value.__getitem__, cells))

    def column(self) -> Column:
        """Return a column of all cells that were added so far."""
        return _column(self._codes, list(self._by_value))


def typed_column(cells: Sequence[Value | None]) -> Column:
    """Return a column of cells of any type.

    Equal values of different types (1 and True) get different codes.
    """
    types = set(map(type, cells)) - {type(None)}
    by_value = _Codes()
    if len(types) < 2:
        codes = array("q", map(by_value.__getitem__, cells))
        return _column(codes, list(by_value))
    codes = array("q", map(by_value.__getitem__, zip(map(type, cells), cells, strict=True)))
    return _column(codes, [key[1] for key in by_value if isinstance(key, tuple)])


def int_array(numbers: "array[int]") -> IntArray:
    """Return the numbers as an int64 array."""
    return np.frombuffer(numbers, dtype=np.int64) if len(numbers) else np.empty(0, np.int64)


def _column(codes: "array[int]", values: list[object]) -> Column:
    """Return a column whose empty cells have the code BLANK."""
    kept = [code for code, value in enumerate(values) if value is not None and value != ""]
    renumbered = np.full(len(values) + 1, BLANK)
    renumbered[kept] = np.arange(len(kept))
    return Column(renumbered[int_array(codes)], tuple(_checked(values[code]) for code in kept))


def _checked(value: object) -> Value:
    assert isinstance(value, str | int | float | bool)
    return value


def _value(cell: object) -> Value | None:
    # pandas writes an empty cell as NaN.
    if cell is None or cell != cell:
        return None
    if type(cell) in _VALUE_TYPES:
        return cast("Value", cell)
    item = getattr(cell, "item", None)  # the method of numpy scalars that converts a scalar to a Python value
    return item() if callable(item) else str(cell)
