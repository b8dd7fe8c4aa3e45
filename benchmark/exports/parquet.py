"""Writes a table as Parquet, one row group at a time; the file's metadata contains the table's note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from benchmark.exports.cells import Cell
from benchmark.exports.tables import COLUMNS, Kind
from benchmark.protocol import TableName

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 65_536


class _Sink:
    """A write-only file object that buffers the output of the Parquet writer."""

    def __init__(self) -> None:
        self.closed = False
        self._written: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._written.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Do nothing: there is no file to write the buffer to."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        """Return the bytes written since the last call and clear the buffer."""
        content = b"".join(self._written)
        self._written.clear()
        return content


def parquet_chunks(table: TableName, rows: Iterable[list[Cell]], note: str) -> Iterator[bytes]:
    """Yield a Parquet file in chunks; the file's metadata contains `note`."""
    from pyarrow import parquet

    sink = _Sink()
    schema = _schema(table, note)
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        remaining = iter(rows)
        while group := list(islice(remaining, ROW_GROUP)):
            writer.write_table(_arrow_table(group, schema))
            yield sink.take()
    yield sink.take()


def _schema(table: TableName, note: str) -> pa.Schema:
    import pyarrow as pa

    types = {
        Kind.TEXT: pa.string(),
        Kind.WHOLE: pa.int64(),
        Kind.FLAG: pa.int8(),
        Kind.REAL: pa.float64(),
        Kind.TIME: pa.string(),
    }
    fields = [pa.field(column.name, types[column.kind]) for column in COLUMNS[table]]
    return pa.schema(fields, metadata={"note": note})


def _arrow_table(rows: list[list[Cell]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
