"""Copies a SQLite database that may be in use, and restores a database from a copy."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from app.errors import Conflict, Invalid, NotFound, Unavailable
from app.private_files import make_private_file, make_private_folder

# 1 MiB at the default page size.
_PAGES_PER_STEP = 256


def back_up(database: Path, copy: Path) -> None:
    """Write a consistent copy of a database that may be in use.

    The copy is a single file with mode 0600. The function checks the copy before it returns.

    Other connections do not wait, because one snapshot is copied in small steps over a read-only connection.

    Raises:
        Conflict: the file `copy` already exists.
        OSError: the folder of `copy` does not exist or is not writable.
        Invalid: the database is damaged; no copy is left.
        Unavailable: the database cannot be read, or the disk is full; no copy is left.
    """
    if copy.exists():
        raise Conflict(f"{copy} already exists. Name another file.", code="file_exists")
    unfinished = copy.with_name(copy.name + ".unfinished")
    # Create the file before SQLite does: SQLite's message for a missing folder does not name the folder.
    make_private_file(unfinished)
    try:
        _copy_pages(database, unfinished)
        refuse_damage(unfinished)
        _write_through(unfinished)
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(copy: Path, database: Path, *, old: Path) -> None:
    """Replace the database with a copy. The previous database is moved to `old`, even if it is damaged.

    The caller ensures that no process has the database open.

    Raises:
        NotFound: the copy does not exist.
        Invalid: the copy is damaged or is not a database of this service; nothing was changed.
    """
    if not copy.is_file():
        raise NotFound(f"There is no file {copy}.")
    refuse_damage(copy)
    make_private_folder(database.parent)
    incoming = database.with_name(database.name + ".incoming")
    incoming.unlink(missing_ok=True)
    try:
        make_private_file(incoming)
        _copy_pages(copy, incoming)
        _write_through(incoming)
        # Move the -wal file too: its pages belong to the old database and would corrupt the new one.
        for ending in ("", "-wal", "-shm"):
            part = database.with_name(database.name + ending)
            if part.exists():
                part.rename(old.with_name(old.name + ending))
        incoming.replace(database)
    finally:
        incoming.unlink(missing_ok=True)


def refuse_damage(path: Path) -> None:
    """Raise Invalid if a database file is damaged. No process may write to the file during the check.

    Raises:
        Invalid: the file is not SQLite, is damaged, violates a foreign key, or is not a database of this
            service.
    """
    try:
        with closing(_open(path)) as connection:
            damage = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            orphans = len(connection.execute("PRAGMA foreign_key_check").fetchall())
            versions = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise Invalid(f"{path} is not a complete SQLite database ({error}).", code="damaged") from error
    if damage or orphans:
        first = damage[0] if damage else f"{orphans} rows without their parent"
        raise Invalid(f"{path} is damaged: {first}.", code="damaged")
    if not versions:
        raise Invalid(f"{path} is not a database of this service.", code="not_ours")


def _copy_pages(source: Path, target: Path) -> None:
    try:
        with closing(_open(source, mode="ro")) as reading, closing(sqlite3.connect(target)) as writing:
            # Every step reads the snapshot of this transaction, so a write by another connection does not
            # restart the copy. A connection that cannot write never checkpoints, so it needs no write lock
            # (app/database.py).
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
            reading.backup(writing, pages=_PAGES_PER_STEP, sleep=0)
            # Without a write-ahead log, the copy is a single file: no user can forget to copy a -wal file.
            writing.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise Unavailable(f"{source} could not be copied to the folder of {target}: {error}.") from error


def _open(path: Path, *, mode: str = "rw") -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=30)


def _write_through(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
