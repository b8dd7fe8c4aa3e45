"""Converts row objects to cells of Python types that the CSV, JSON and Parquet writers accept."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter

from benchmark.exports.tables import COLUMNS, Kind
from benchmark.protocol import TableName

Cell = str | int | float | None


def cell_rows(table: TableName, rows: Iterable[object]) -> Iterator[list[Cell]]:
    """Yield the cells of each row in the order of the table's columns.

    Args:
        rows: objects with one attribute per column, such as `PreferenceRow` or a row of a database query.

    Raises:
        ValueError: a cell is NaN or infinite.
    """
    columns = COLUMNS[table]
    read = attrgetter(*(column.name for column in columns))
    converters = [CONVERTERS[column.kind] for column in columns]
    for row in rows:
        yield [
            None if value is None else convert(value)
            for convert, value in zip(converters, read(row), strict=True)
        ]


def utc_text(moment: datetime | str) -> str:
    """Return a time as ISO 8601 text in UTC, with milliseconds. A text is returned unchanged.

    Raises:
        ValueError: the time has no time zone.
    """
    if isinstance(moment, str):
        return moment
    if moment.tzinfo is None:
        raise ValueError("the time has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _finite(value: float) -> float:
    number = float(value)
    if number - number != 0:  # true for NaN and both infinities; math.isfinite is slower on a million rows
        raise ValueError(f"{number} in a result table")
    return number


CONVERTERS: dict[Kind, Callable[..., Cell]] = {
    Kind.TEXT: str,
    Kind.WHOLE: int,
    Kind.FLAG: int,
    Kind.REAL: _finite,
    Kind.TIME: utc_text,
}
