"""Makes the columns of Markdown and LaTeX tables: texts, numbers, p-values, intervals and pairs of sides."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmark.exports.cells import CONVERTERS
from benchmark.exports.printed_cells import (
    EMPTY,
    TITLES,
    Span,
    Spans,
    interval_cell,
    number_cell,
    p_cell,
    plain_cell,
    reason_cells,
    sides_cell,
)
from benchmark.exports.tables import COLUMNS, Kind
from benchmark.protocol import TableName


@dataclass(frozen=True)
class PrintedColumn:
    """A column of a Markdown or LaTeX table.

    Columns of numbers are right-aligned. A column that names sides may print the display names of the sides.
    """

    title: str
    spans: Callable[[object], Spans]
    number: bool = True
    is_name: bool = False

    @property
    def key(self) -> str:
        """Return the key with which users choose this column.

        >>> [PrintedColumn(title, lambda row: ()).key for title in ("95 % interval", "p (Holm)", "Gwet AC1")]
        ['interval', 'p_holm', 'gwet_ac1']
        """
        return re.sub(r"[^a-z0-9]+", "_", self.title.lower()).lstrip("_0123456789").rstrip("_")


def text_column(title: str, column: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(plain_cell(getattr(row, column))),), number=False)


def name_column(title: str, column: str) -> PrintedColumn:
    return replace(text_column(title, column), is_name=True)


def number_column(title: str, column: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(plain_cell(getattr(row, column))),))


def p_value_column(title: str, column: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(p_cell(getattr(row, column))),))


def sides_column(title: str, reference: str, other: str) -> PrintedColumn:
    """Return a column whose cells contain the values of two sides, such as 63.1/36.9, the larger in bold."""
    return PrintedColumn(title, lambda row: sides_cell(getattr(row, reference), getattr(row, other)))


def interval_column(title: str, low: str, high: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(interval_cell(getattr(row, low), getattr(row, high))),))


def measure_column(title: str, column: str, decimals: int) -> PrintedColumn:
    """Return a column whose cells contain a value and its interval, such as 0.270 [0.240, 0.290]."""

    def spans(row: object) -> Spans:
        value, low, high = (getattr(row, f"{column}{end}") for end in ("", "_low", "_high"))
        printed = number_cell(value, decimals)
        return (Span(printed if low is None else f"{printed} {interval_cell(low, high, decimals)}"),)

    return PrintedColumn(title, spans)


def reason_columns(form: str) -> list[PrintedColumn]:
    def column_of(index: int, title: str) -> PrintedColumn:
        return PrintedColumn(title, lambda row: reason_cells(row, form)[index])

    return [column_of(index, title) for index, title in enumerate(TITLES.values())]


def plain_columns(table: TableName) -> list[PrintedColumn]:
    """Return all columns of the table with unformatted cells, as in the CSV export."""

    def column_of(name: str, kind: Kind) -> PrintedColumn:
        def spans(row: object) -> Spans:
            value = getattr(row, name)
            return (Span(EMPTY if value is None else str(CONVERTERS[kind](value))),)

        return PrintedColumn(name, spans, number=kind in (Kind.WHOLE, Kind.REAL, Kind.FLAG))

    return [column_of(column.name, column.kind) for column in COLUMNS[table]]
