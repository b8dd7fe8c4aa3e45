"""One cache of compiled SQL statements for all databases of a test process.

SQLAlchemy compiles a statement once per engine. Most tests open their own engine. Without a common cache,
they would spend much processor time on statements that an earlier test has already compiled.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_COMPILED: dict[Any, Any] = {}


def share_compiled_statements() -> None:
    """Let all engines of this process share compiled statements; all engines have the same settings."""
    # The key of a compiled statement contains the dialect, and each engine has a dialect object of its own.
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__ = _is_same_class  # type: ignore[method-assign]
        dialect.__hash__ = _hash_of_class  # type: ignore[method-assign]
    event.listen(Engine, "engine_connect", _use_shared_cache)


def _use_shared_cache(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)


def _is_same_class(dialect: object, other: object) -> bool:
    return type(dialect) is type(other)


def _hash_of_class(dialect: object) -> int:
    return hash(type(dialect))
