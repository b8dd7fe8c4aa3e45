"""Warns if a second server process uses the same database but counts rate limits separately."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.settings import Settings

log = logging.getLogger("ti2v.limits")

# The key of the advisory lock: any number that other programs do not use.
_LOCK = 7_412_161_531
WARNING = (
    "Another server process uses this database, and TI2V_RATE_LIMIT_URL is memory://. Each process counts "
    "failed keys and uploaded bytes by itself, so the limits multiply by the number of processes. "
    "Set TI2V_RATE_LIMIT_URL=redis://... for all processes."
)


@contextmanager
def warned_about_limits(database: Database, settings: Settings) -> Iterator[None]:
    """Log a warning if several processes serve this database and each process counts its own rate limits.

    The first server process holds an advisory lock of PostgreSQL until the block ends. A SQLite database
    always has only one server process.
    """
    if database.is_sqlite or settings.limits_are_shared:
        yield
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_first = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar()
        if not is_first:
            log.warning(WARNING)
        try:
            yield
        finally:
            _unlock(connection)


def _unlock(connection: Connection) -> None:
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    except SQLAlchemyError:
        log.info("the database was gone before the server ended")
