"""The cells of a row, in the plain Python types that CSV, JSON and Parquet are written from."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter

from benchmark.exports.tables import COLUMNS, Kind
from benchmark.protocol import TableName

Cell = str | int | float | None


def cell_rows(table: TableName, rows: Iterable[object]) -> Iterator[list[Cell]]:
    """Yield the cells of each row in the order of the table's columns.

    Args:
        rows: objects with an attribute per column: the row classes of `benchmark.stats`, or rows of a
            database query.

    Raises:
        ValueError: a cell is not finite; such a value must not leave the statistics.
    """
    columns = COLUMNS[table]
    read = attrgetter(*(column.name for column in columns))
    makers = [MAKERS[column.kind] for column in columns]
    for row in rows:
        yield [None if value is None else make(value) for make, value in zip(makers, read(row), strict=True)]


def utc_text(moment: datetime | str) -> str:
    """Return a moment as UTC ISO 8601 to the millisecond; a text is taken as written.

    Raises:
        ValueError: the moment has no time zone.
    """
    if isinstance(moment, str):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _finite(value: float) -> float:
    number = float(value)
    if number - number != 0:  # NaN and both infinities; math.isfinite is slower on a million rows
        raise ValueError(f"{number} in a table of results")
    return number


MAKERS: dict[Kind, Callable[..., Cell]] = {
    Kind.TEXT: str,
    Kind.WHOLE: int,
    Kind.FLAG: int,
    Kind.REAL: _finite,
    Kind.TIME: utc_text,
}
