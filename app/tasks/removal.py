"""Removes, in batches, all rows that refer to a deleted object, after the grace period for restoring it.

The functions find the rows through foreign keys. If a new table refers to one of these tables, this module
needs no change.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.context import AppContext
from app.tables import Base

# The maximum number of rows that one transaction removes. In a longer transaction, votes in other studies
# would have to wait.
_BATCH = 1000


def rows_below(root: Table, row_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield each table that refers to a row of `root`, with a condition that selects the referring rows.

    The references may be indirect. A table comes before the tables to which it refers.
    """
    found: dict[Table, ColumnElement[bool]] = {}
    for table in Base.metadata.sorted_tables:
        keys = [key for key in table.foreign_keys if key.column.table is not table]
        direct = [key.parent for key in keys if key.column.table is root]
        below = [key for key in keys if key.column.table in found and key.column.name == "id"]
        if direct:
            found[table] = or_(*(column == row_id for column in direct))
        elif below:
            parents = (key.parent.in_(select(key.column).where(found[key.column.table])) for key in below)
            found[table] = or_(*parents)
    yield from reversed(list(found.items()))


def break_self_references(session: Session, root: Table, row_id: int) -> None:
    """Set references between rows of one table to NULL; such references can block the removal."""
    for table, condition in rows_below(root, row_id):
        for key in table.foreign_keys:
            if key.column.table is table:
                session.execute(
                    update(table).where(condition, key.parent.is_not(None)).values({key.parent.name: None})
                )


def count_rows(session: Session, table: Table, condition: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(table).where(condition)).scalar_one()


def remove_rows(context: AppContext, table: Table, condition: ColumnElement[bool]) -> Iterator[int]:
    """Remove rows in batches, each in a transaction of its own. Yield the number of removed rows."""
    keys = list(table.primary_key)
    if len(keys) > 1:
        with context.database.write() as session:
            yield session.execute(delete(table).where(condition)).rowcount  # type: ignore[attr-defined]
        return
    (key,) = keys
    while True:
        with context.database.write(durable=False) as session:
            ids = session.scalars(select(key).where(condition).limit(_BATCH)).all()
            if not ids:
                return
            session.execute(delete(table).where(key.in_(ids)))
        yield len(ids)
