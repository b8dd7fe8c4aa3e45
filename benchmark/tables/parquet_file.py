"""Reads the wanted columns of a Parquet file. Columns that are not read may have any type."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.tables.header import column_names, select_columns
from benchmark.tables.problems import Problems, TableError, TableProblem
from benchmark.tables.table import BLANK, Column, Table, Value

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(path: Path, wanted: Collection[str] | None) -> Table:
    """Return the wanted columns of a Parquet file. A null is an empty cell.

    Raises:
        TableError: the file cannot be read, or a wanted column contains values other than texts, numbers,
            booleans or times.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            header = tuple(file.schema_arrow.names)
            names = column_names(header)
            selected, problems = select_columns(names, wanted)
            if problems:
                raise TableError.of(path.name, problems)
            read = file.read(columns=[header[index] for index in selected.values()])
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the file cannot be opened; for damaged pages, pyarrow's OSError has no errno
        first = str(error).strip().splitlines()[0]
        raise TableError(f"{path.name} cannot be read as Parquet: {first}") from error
    columns = {name: _column(path.name, name, read[header[index]]) for name, index in selected.items()}
    return Table(path.name, names, columns, read.num_rows)


def _column(source: str, name: str, cells: pa.ChunkedArray) -> Column:
    import pyarrow as pa

    encoded = cells.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], cells.type)
    encoded = _encoded(source, name, encoded)
    codes = encoded.indices.fill_null(BLANK).to_numpy(zero_copy_only=False).astype(np.int64)
    values = encoded.dictionary.to_pylist()
    problems = Problems(source)
    kept: list[Value] = []
    renumbered = np.full(len(values) + 1, BLANK)
    for code, value in enumerate(values):
        if value is None or value == "":
            continue
        renumbered[code] = len(kept)
        kept.append(_value(value))
    column = Column(renumbered[codes], tuple(kept))
    for code, value in enumerate(kept):
        if value != value:
            problems.add_where(column.codes == code, "The cell is NaN. Write null for an empty cell.", name)
    problems.raise_if_any()
    return column


def _encoded(source: str, name: str, cells: Any) -> Any:
    import pyarrow as pa

    kind = cells.type
    if not _is_simple(kind):
        message = f"The column has the type {kind}. Store texts, numbers or booleans."
        raise TableError.of(source, [TableProblem(message, None, name)])
    if pa.types.is_dictionary(kind):
        return cells
    if pa.types.is_null(kind) or pa.types.is_string_view(kind):
        cells = cells.cast(pa.string())
    return cells.dictionary_encode()


def _is_simple(kind: pa.DataType) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_simple(kind.value_type)
    texts = (types.is_string, types.is_large_string, types.is_string_view)
    numbers = (types.is_boolean, types.is_integer, types.is_floating)
    times = (types.is_timestamp, types.is_date, types.is_time)
    return any(is_kind(kind) for is_kind in (*texts, *numbers, *times, types.is_null))


def _value(value: object) -> Value:
    isoformat = getattr(value, "isoformat", None)
    if callable(isoformat):
        return str(isoformat())
    assert isinstance(value, str | bool | int | float)
    return value
