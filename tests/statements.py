"""The SQL statements that a piece of code executes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine, event


class Statement(NamedTuple):
    sql: str
    parameters: tuple[object, ...]


@contextmanager
def recorded_statements() -> Iterator[list[Statement]]:
    """Yield a list that gets every statement of every database of this process, in order."""
    statements: list[Statement] = []

    def note(_conn: object, _cursor: object, sql: str, parameters: tuple[object, ...], *_: object) -> None:
        statements.append(Statement(sql, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
