"""Records the SQL statements that a block of code executes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine, event


class Statement(NamedTuple):
    sql: str
    parameters: tuple[object, ...]


@contextmanager
def recorded_statements() -> Iterator[list[Statement]]:
    """Yield a list to which every SQL statement of this process is appended, for all databases."""
    statements: list[Statement] = []

    def note(_conn: object, _cursor: object, sql: str, parameters: tuple[object, ...], *_: object) -> None:
        statements.append(Statement(sql, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
