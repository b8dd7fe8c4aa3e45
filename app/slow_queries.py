"""Logs statements that take longer than a limit: the SQL text without values."""

import logging
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

log = logging.getLogger("ti2v.database")
MAX_CHARS = 500
_LIMIT_MS = "slow_query_ms"


def log_slow_queries(engine: Engine, *, limit_ms: int) -> None:
    """Log each statement on `engine` that takes `limit_ms` milliseconds or longer, locks included.

    SQLAlchemy reports neither statements that run directly on the driver nor the end of a commit.
    `log_if_slow` and `log_slow_commit` log these.
    """
    engine.update_execution_options(**{_LIMIT_MS: limit_ms})

    @event.listens_for(engine, "connect")
    def keep_limit(_driver_connection: Any, record: Any) -> None:
        record.info[_LIMIT_MS] = limit_ms

    @event.listens_for(engine, "before_cursor_execute")
    def start(_c: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
        context.ti2v_started = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def end(_used: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        log_if_slow(limit_ms, sql, started=context.ti2v_started)


def slow_query_ms(connection: Connection) -> int | None:
    """Return the time limit of the connection's engine; None if slow statements are not logged."""
    limit_ms: int | None = connection.info.get(_LIMIT_MS)
    return limit_ms


def log_slow_commit(engine: Engine, *, started: float) -> None:
    """Log a commit that has just ended, if it reached the engine's time limit.

    Args:
        started: `time.perf_counter()` before the commit.
    """
    log_if_slow(engine.get_execution_options().get(_LIMIT_MS), "COMMIT", started=started)


def log_if_slow(limit_ms: int | None, sql: str, *, started: float) -> None:
    """Log a statement that has just ended, if it reached the time limit.

    Args:
        limit_ms: see `slow_query_ms`.
        started: `time.perf_counter()` before the statement.
    """
    ms = (time.perf_counter() - started) * 1000
    if limit_ms is not None and ms >= limit_ms:
        statement = " ".join(sql.split())[:MAX_CHARS]
        log.warning("slow query", extra={"fields": {"ms": round(ms, 1), "statement": statement}})
