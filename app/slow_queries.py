"""Logs statements that take longer than a limit: the SQL text without values."""

import logging
import time
from typing import Any

from sqlalchemy import Engine, ExecutionContext, event

log = logging.getLogger("ti2v.database")
MOST_CHARS = 500


def log_slow_queries(engine: Engine, *, limit_ms: int) -> None:
    """Log each statement on `engine` that takes `limit_ms` milliseconds or longer, locks included."""

    @event.listens_for(engine, "before_cursor_execute")
    def start(_c: Any, _cursor: Any, _sql: str, _values: Any, context: ExecutionContext, _many: bool) -> None:
        context.ti2v_started = time.perf_counter()  # type: ignore[attr-defined]

    @event.listens_for(engine, "after_cursor_execute")
    def end(_c: Any, _cursor: Any, sql: str, _values: Any, context: ExecutionContext, _many: bool) -> None:
        ms = (time.perf_counter() - context.ti2v_started) * 1000  # type: ignore[attr-defined]
        if ms >= limit_ms:
            statement = " ".join(sql.split())[:MOST_CHARS]
            fields = {"ms": round(ms, 1), "statement": statement}
            log.warning("slow query", extra={"fields": fields})
