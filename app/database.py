"""Opens the database: SQLite in one file by default, or PostgreSQL if the service needs several machines.

A write transaction is opened inside the function that needs it, never in a FastAPI dependency. If a
dependency opened the transaction, waiting requests could occupy every thread of the pool. The request that
holds the lock would then get no thread (docs/decisions/0003-write-transactions.md).
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.pool import ConnectionPoolEntry

from app.audit_chain import chain_new_events
from app.errors import ReadOnlyDatabase
from app.prepared_statements import execute_on_driver
from app.private_files import make_private_file, make_private_folder
from app.settings import Settings
from app.slow_queries import log_slow_commit, log_slow_queries
from app.write_lock import WriteLock

_WRITES = "ti2v_writes"
_ERASES = "ti2v_erases"
_BUSY_TIMEOUT_MS = 10_000
_READ_ONLY_TRANSACTION = "25006"  # the SQLSTATE of PostgreSQL
_DURABLE, _FORGETTABLE = "durable", "forgettable"


class ReadSession(Session):
    """A session that refuses to write; code that changes data outside `write()` raises an error."""


@event.listens_for(ReadSession, "before_flush")
def _refuse_to_write(session: Session, _flush: UOWTransaction, _instances: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("this session only reads; open database.write() to change anything")


class Database:
    """Opens read and write sessions.

    On SQLite, a write first acquires a lock of this process and then a file lock in HOME. The file lock is
    needed because commands open the database while the server runs. When the write has acquired both locks,
    it executes BEGIN IMMEDIATE. SQLite 3.7.0 to 3.51.2 can corrupt a WAL file when two connections write and
    checkpoint at once. The locks prevent this corruption. The locks also reduce the 99th percentile of the
    duration of concurrent writes from 700 ms to 17 ms.
    """

    def __init__(self, url: str, *, home: Path) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._durable = self.engine.execution_options(**{_WRITES: _DURABLE})
        self._forgettable = self.engine.execution_options(**{_WRITES: _FORGETTABLE})
        self._lock = WriteLock(home / "database.lock") if self.is_sqlite else None
        # The connection that makes all writes on SQLite. Only the thread that holds the lock uses it.
        self._writer: Connection | None = None
        # Whether the write-ahead log of SQLite may contain personal data that was erased. The first value is
        # True, because the last process may have been killed before it emptied the log.
        self._wal_keeps_erased = self.is_sqlite

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        make_private_folder(settings.home)
        database = cls(settings.effective_database_url, home=settings.home)
        if settings.slow_query_ms:
            log_slow_queries(database.engine, limit_ms=settings.slow_query_ms)
        if database.is_sqlite and database.url.database:
            # SQLite gives its -wal and -shm files the mode of the database.
            make_private_file(Path(database.url.database))
        return database

    @contextmanager
    def read(self) -> Iterator[Session]:
        with ReadSession(self.engine, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """Yield a session. Commit when the block ends, or roll back when the block raises an exception.

        Args:
            durable: whether the commit waits for the disk. Pass False for changes that may be lost in a power
                failure, such as a lease. The next durable commit also makes earlier commits durable, so a
                vote is never stored without its lease.

        Raises:
            ReadOnlyDatabase: nothing was written.
        """
        with (
            self.write_lock(),
            self._read_only_as_unavailable(),
            self._writing_session(durable=durable) as session,
        ):
            yield session
            chain_new_events(session)
            started = time.perf_counter()
            session.commit()
            log_slow_commit(self.engine, started=started)
            if self.is_sqlite and session.info.get(_ERASES):
                self._wal_keeps_erased = True
            if self._wal_keeps_erased:
                self._wal_keeps_erased = not _empty_wal(self.engine)

    @contextmanager
    def _writing_session(self, *, durable: bool) -> Iterator[Session]:
        """Yield a session.

        On SQLite, all writes use one connection. To get a connection from the pool for each write would take
        longer, and the page cache of a connection becomes invalid when another connection writes. After an
        error, the connection goes back to the pool, which rolls it back or replaces it.
        """
        if not self.is_sqlite:
            with Session(self._durable if durable else self._forgettable, expire_on_commit=False) as session:
                yield session
            return
        # The caches of results belong to an engine. `engine` itself is only for reads, so that these caches
        # never contain rows of a transaction that is rolled back later.
        writer = self._writer = self._writer or self._durable.connect()
        writer.execution_options(**{_WRITES: _DURABLE if durable else _FORGETTABLE})
        try:
            with Session(writer, expire_on_commit=False) as session:
                yield session
        except BaseException:
            self._release_writer()
            raise

    def _release_writer(self) -> None:
        """Give the connection for writes back to the pool. The caller holds the lock."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()

    @contextmanager
    def _read_only_as_unavailable(self) -> Iterator[None]:
        """Report a read-only database, and close its connections, because they would stay read-only."""
        try:
            yield
        except DBAPIError as error:
            if not _is_read_only(error):
                raise
            self.engine.dispose()
            raise ReadOnlyDatabase from error

    def write_lock(self) -> AbstractContextManager[None]:
        return self._lock.held() if self._lock else nullcontext()

    def relaxed_durability(self) -> list[str]:
        """Return the settings that let PostgreSQL confirm a commit before the commit is on the disk."""
        if self.is_sqlite:
            return []
        with self.read() as session:
            names = ("fsync", "synchronous_commit")
            return [name for name in names if session.execute(text(f"SHOW {name}")).scalar() == "off"]

    def close(self) -> None:
        # Closing the last connection checkpoints the write-ahead log, so closing needs the write lock.
        with self.write_lock():
            self._release_writer()
            self.engine.dispose()
        if self._lock:
            self._lock.close()


def note_erasure(session: Session) -> None:
    """Mark the transaction as erasing personal data.

    SQLite's write-ahead log is emptied after the transaction.
    """
    session.info[_ERASES] = True


def _is_read_only(error: DBAPIError) -> bool:
    """Return whether a write failed because a disk is read-only, or a PostgreSQL server is a standby."""
    reason = getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", "") or ""
    return reason.startswith("SQLITE_READONLY") or reason == _READ_ONLY_TRANSACTION


def _empty_wal(engine: Engine) -> bool:
    """Copy SQLite's write-ahead log into the database, and empty the log; return whether the log is empty.

    If another connection still reads an older state, the file does not change, and the next write tries
    again.
    """
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _, _ = cursor.fetchone() or (1, 0, 0)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    return not busy


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=20, max_overflow=40, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _entry: ConnectionPoolEntry) -> None:
        # pysqlite would begin transactions by itself, but too late. Therefore the code below executes BEGIN.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            # Overwrite deleted rows, so that erased personal data is not in the file.
            "secure_delete = ON",
            f"busy_timeout = {_BUSY_TIMEOUT_MS}",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        if writes and connection.info.get(_WRITES, _DURABLE) != writes:
            synchronous = "FULL" if writes == _DURABLE else "NORMAL"
            execute_on_driver(connection, f"PRAGMA synchronous = {synchronous}")
            connection.info[_WRITES] = writes
        execute_on_driver(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES) == _FORGETTABLE:
            execute_on_driver(connection, "SET LOCAL synchronous_commit TO OFF")

    return engine
