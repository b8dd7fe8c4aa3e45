"""`ti2v db`: schema versions, backups, and files that must not be overwritten."""

import fcntl
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest

from app.cli.sqlite_backup import back_up
from app.server_lock import only_server
from app.settings import Settings
from tests.app.cli.outcome import Run
from tests.full_disk import room_for

# A whole copy takes a second. A copy that starts again at every write takes as long as the writes.
PATIENCE_S = 60


def people_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM people ORDER BY id")]


def test_upgrade_makes_a_database_and_a_second_one_changes_nothing(run: Run, home: Path) -> None:
    (home / "ti2v.sqlite3").unlink()

    first, second = run("db", "upgrade"), run("db", "upgrade")

    assert (first.code, second.code) == (0, 0)
    assert "Upgraded the database from version none to" in first.err
    assert "already" in second.err


def test_status_prints_both_versions(run: Run) -> None:
    outcome = run("db", "status")

    current, newest = (line.split()[1] for line in outcome.out.splitlines())
    assert current == newest


def test_a_command_that_reads_makes_no_database(run: Run, home: Path) -> None:
    (home / "ti2v.sqlite3").unlink()

    outcome = run("key", "list")

    assert outcome.code == 1
    assert "There is no database at" in outcome.err
    assert not (home / "ti2v.sqlite3").exists()


def test_an_old_schema_is_refused_with_the_way_out(run: Run) -> None:
    run("db", "downgrade", "base", "--yes")

    outcome = run("benchmark", "list")

    assert outcome.code == 1
    assert "Run: ti2v db upgrade" in outcome.err


def test_an_upgrade_keeps_a_copy_of_what_was_there(run: Run, home: Path) -> None:
    run("key", "create", "--role", "researcher", "--name", "Alice")
    run("db", "downgrade", "0001", "--yes")

    run("db", "upgrade")

    (kept,) = (home / "backups").iterdir()
    assert people_in(kept) == ["Alice"]


def test_an_unknown_revision_changes_nothing(run: Run) -> None:
    outcome = run("db", "downgrade", "nonsense", "--yes")

    assert outcome.code == 1
    assert "Nothing was changed" in outcome.err


def test_a_backup_restores_what_was_there_then(run: Run, home: Path, tmp_path: Path) -> None:
    run("key", "create", "--role", "researcher", "--name", "Alice")
    run("db", "backup", tmp_path / "copy.sqlite3")
    run("key", "create", "--role", "researcher", "--name", "Bob")

    outcome = run("db", "restore", tmp_path / "copy.sqlite3")

    assert outcome.code == 0, outcome.err
    assert people_in(home / "ti2v.sqlite3") == ["Alice"]
    (before,) = home.glob("ti2v.sqlite3.before-*")
    assert people_in(before) == ["Alice", "Bob"]


def test_a_backup_does_not_wait_for_writers(run: Run, home: Path, tmp_path: Path) -> None:
    with (
        only_server(Settings(_env_file=None, home=home)),
        (home / "database.lock").open("ab") as held,
        closing(sqlite3.connect(home / "ti2v.sqlite3")) as busy,
        ThreadPoolExecutor(1) as pool,
    ):
        # The server's write lock, in the middle of a write.
        fcntl.flock(held, fcntl.LOCK_EX)
        busy.execute("BEGIN IMMEDIATE")
        copying = pool.submit(run, "db", "backup", tmp_path / "copy.sqlite3")
        ended_meanwhile = wait([copying], timeout=PATIENCE_S).done
        busy.rollback()
        fcntl.flock(held, fcntl.LOCK_UN)
        outcome = copying.result()

    assert ended_meanwhile, "the backup waited for the lock of the writers"
    assert outcome.code == 0, outcome.err
    assert people_in(tmp_path / "copy.sqlite3") == []


def test_a_backup_is_one_moment_while_rows_are_added(home: Path, tmp_path: Path) -> None:
    """A backup in several steps without a snapshot would restart at each write to the source."""
    path, stop = home / "ti2v.sqlite3", threading.Event()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 60000) SELECT i, hex(randomblob(200)) AS text FROM n"
        )
        connection.commit()

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("PRAGMA synchronous = OFF")  # more writes per second
            while not stop.is_set():
                connection.execute("INSERT INTO filler VALUES (-1, '')")
                connection.commit()

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        copying = pool.submit(back_up, path, tmp_path / "copy.sqlite3")
        ended_meanwhile = wait([copying], timeout=PATIENCE_S).done
        stop.set()
        writing.result()
        copying.result()

    assert ended_meanwhile, "the copy started again at every write"

    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        rows = copy.execute("SELECT count(*) FROM filler WHERE i > 0").fetchone()[0]
    assert rows == 60000


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_the_service_stores_is_for_its_own_user(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new-home"
    monkeypatch.setenv("TI2V_HOME", str(new))
    run("db", "upgrade")
    run("db", "downgrade", "0001", "--yes")
    run("db", "upgrade")
    run("db", "backup", tmp_path / "copy.sqlite3")

    (kept,) = (new / "backups").iterdir()
    assert [mode(each) for each in (new, new / "backups")] == [0o700, 0o700]
    files = [new / "ti2v.sqlite3", kept, tmp_path / "copy.sqlite3"]
    assert [mode(each) for each in files] == [0o600, 0o600, 0o600]


def test_the_file_permissions_of_an_older_database_are_restricted(run: Run, home: Path) -> None:
    (home / "ti2v.sqlite3").chmod(0o644)

    run("key", "list")

    assert mode(home / "ti2v.sqlite3") == 0o600


@pytest.mark.parametrize("command", [("db", "upgrade"), ("up",), ("serve",), ("key", "list")])
def test_a_database_of_a_newer_release_is_refused_with_the_way_out(
    run: Run, home: Path, command: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(home / "ti2v.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    outcome = run(*command)

    assert outcome.code == 1
    assert "The database is at version 9999, which this release does not know" in outcome.err
    assert "ti2v db restore FILE" in outcome.err
    assert "Traceback" not in outcome.err
    assert not (home / "backups").exists()


def test_restore_is_refused_while_a_server_runs(run: Run, home: Path, tmp_path: Path) -> None:
    run("db", "backup", tmp_path / "copy.sqlite3")
    before = (home / "ti2v.sqlite3").read_bytes()

    with (home / "serve.lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        outcome = run("db", "restore", tmp_path / "copy.sqlite3")

    assert outcome.code == 1
    assert "Another server already uses" in outcome.err
    assert (home / "ti2v.sqlite3").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not a database at all, only words" * 9, "is not a complete SQLite database"),
        (None, "of this service"),
    ],
)
def test_a_file_that_is_no_backup_is_refused(
    run: Run, home: Path, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "odd.sqlite3"
    if content is None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE other (id INTEGER)")
    else:
        file.write_bytes(content)
    before = (home / "ti2v.sqlite3").read_bytes()

    outcome = run("db", "restore", file)

    assert outcome.code == 1
    assert sentence in outcome.err
    assert (home / "ti2v.sqlite3").read_bytes() == before


def test_a_damaged_copy_is_refused(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    run("db", "backup", copy)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])

    outcome = run("db", "restore", copy)

    assert outcome.code == 1
    assert str(copy) in outcome.err


def test_a_backup_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")

    outcome = run("db", "backup", tmp_path / "mine.txt")

    assert outcome.code == 1
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_a_backup_into_a_missing_folder_is_refused(run: Run, tmp_path: Path) -> None:
    outcome = run("db", "backup", tmp_path / "nowhere" / "copy.sqlite3")

    assert outcome.code == 1
    assert "No such file or directory" in outcome.err


def test_a_backup_onto_a_full_disk_is_refused_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    with room_for(64 * 1024):
        outcome = run("db", "backup", tmp_path / "copy.sqlite3")

    assert outcome.code == 1
    assert "could not be copied" in outcome.err
    assert not list(tmp_path.glob("copy.sqlite3*"))


def test_postgres_gets_its_own_tool_named_without_the_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_DATABASE_URL", "postgresql+psycopg://ada:secret@db.example/ti2v")

    outcome = run("db", "backup", "copy.dump")

    assert outcome.code == 1
    assert "pg_dump --format=custom --file=copy.dump 'postgresql://ada:***@db.example/ti2v'" in outcome.err
    assert "secret" not in outcome.err
