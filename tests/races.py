"""Waits until one transaction is open and another transaction waits for it."""

import sys
import time
from collections.abc import Callable

from sqlalchemy import text

from app.database import Database
from app.write_lock import WriteLock

PATIENCE_S = 60
_HELD = WriteLock.held.__wrapped__.__code__  # type: ignore[attr-defined]  # contextmanager keeps the function
_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


def wait_until_blocked(database: Database) -> None:
    """Return once another thread waits for the write transaction that this thread holds open.

    On PostgreSQL, the other thread waits for a row or a transaction, whatever it has read before. On SQLite,
    the other thread waits for the write lock.
    """
    is_blocked = _waits_for_the_writer if database.is_sqlite else _waits_for_a_row(database)
    deadline = time.monotonic() + PATIENCE_S
    while not is_blocked():
        assert time.monotonic() < deadline, "no other transaction ever waited for this one"
        time.sleep(0.005)


def _waits_for_the_writer() -> bool:
    return any(frame.f_code is _HELD for frame in sys._current_frames().values())


def _waits_for_a_row(database: Database) -> Callable[[], bool]:
    def _is_blocked() -> bool:
        with database.read() as session:
            return bool(session.execute(_WAITING).scalar_one())

    return _is_blocked
