"""A killed upgrade changes nothing, and the next upgrade keeps every vote.

At full size, the test starts from every schema. Each database has 10,010 votes, and the upgrade is killed at
five points. Databases of schema 0004 and later also have votes on gold questions.
"""

import hashlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from app import migrations
from app.database import Database
from tests.app import old_votes
from tests.postgres import Postgres

ALL = [
    revision.revision
    for revision in reversed(list(ScriptDirectory(str(migrations.MIGRATIONS)).walk_revisions()))
][:-1]
BEFORE_0004 = [each for each in ALL if each < old_votes.SCHEMA]
SINCE_0004 = [each for each in ALL if each >= old_votes.SCHEMA]


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.sqlite3'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.empty()


@contextmanager
def opened(url: str, home: Path) -> Iterator[Database]:
    database = Database(url, home=home)
    try:
        yield database
    finally:
        database.close()


def votes(url: str, home: Path) -> tuple[str | None, int, str]:
    """Return the schema, the number of votes, and a hash of every column of every vote."""
    with opened(url, home) as database:
        with database.engine.connect() as connection:
            rows = old_votes.stored_votes(connection)
        return migrations.status(database).current, len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()


def upgrade(url: str, home: Path, *, kill_before: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.app.killed_upgrade", url, str(home), str(kill_before)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def copied(url: str, name: str) -> str:
    """Return the address of a copy of a database; no process has the database open."""
    if url.startswith("sqlite"):
        target = Path(make_url(url).database or "").with_name(f"{name}.sqlite3")
        shutil.copy(make_url(url).database or "", target)
        return f"sqlite:///{target}"
    plain = url.replace("+psycopg", "")
    source = make_url(plain).database
    with psycopg.connect(plain.replace(f"/{source}", "/postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{source}_{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{source}_{name}" TEMPLATE "{source}" STRATEGY file_copy')
    return url.replace(f"/{source}", f"/{source}_{name}")


# PostgreSQL is tried at full size only, to spare `make test` 5 s.
@pytest.mark.parametrize(
    ("empty_url", "schemas", "points"),
    [
        ("sqlite", [old_votes.SCHEMA], 1),
        pytest.param("sqlite", BEFORE_0004, 5, marks=[pytest.mark.full_size]),
        pytest.param("postgres", BEFORE_0004, 5, marks=[pytest.mark.full_size, pytest.mark.postgres]),
        pytest.param("sqlite", SINCE_0004, 5, marks=[pytest.mark.full_size]),
        pytest.param("postgres", SINCE_0004, 5, marks=[pytest.mark.full_size, pytest.mark.postgres]),
    ],
    ids=["part", "early-sqlite", "early-postgres", "later-sqlite", "later-postgres"],
    indirect=["empty_url"],
)
def test_a_killed_upgrade_changes_nothing_and_the_next_keeps_every_vote(
    empty_url: str, tmp_path: Path, schemas: list[str], points: int
) -> None:
    with opened(empty_url, tmp_path) as database:
        migrations.upgrade(database, schemas[0])
        with database.write_lock(), database.engine.begin() as connection:
            old_votes.fill(connection)
    newest = ScriptDirectory(str(migrations.MIGRATIONS)).get_current_head()
    for schema in schemas:
        with opened(empty_url, tmp_path) as database:
            migrations.upgrade(database, schema)
        before = votes(empty_url, tmp_path)
        whole = upgrade(copied(empty_url, "whole"), tmp_path)
        assert whole.returncode == 0, whole.stderr
        statements = int(whole.stdout)

        broken = copied(empty_url, "broken")
        for point in range(1, points + 1):
            killed = upgrade(broken, tmp_path, kill_before=statements * point // (points + 1))
            assert killed.returncode == -signal.SIGKILL, (schema, point, killed.stderr)
            assert votes(broken, tmp_path) == before, (schema, point)
        finished = upgrade(broken, tmp_path)
        assert finished.returncode == 0, finished.stderr

        assert before[1] == old_votes.VOTES + old_votes.IMPORTED_VOTES
        assert votes(broken, tmp_path) == (newest, *before[1:]), schema
