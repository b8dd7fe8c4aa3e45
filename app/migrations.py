"""Upgrades and downgrades the schema of the database.

On SQLite, foreign keys are off while tables are rebuilt. With foreign keys on, rebuilding a parent table
would delete the rows that refer to this table, such as votes. After the rebuild, the foreign keys are
checked. The migration fails if a table has lost a row.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from app.database import Database
from app.errors import AppError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class SchemaError(AppError):
    """The database could not be migrated to the requested version. Nothing was changed."""


@dataclass(frozen=True)
class SchemaStatus:
    """A database's version, the newest version, and whether this release knows the database's version."""

    current: str | None
    newest: str | None
    is_known: bool

    @property
    def is_current(self) -> bool:
        return self.current == self.newest

    @property
    def problem(self) -> str | None:
        """Return why this release cannot use the database, and the next step; None if there is no problem."""
        if not self.is_known:
            return (
                f"The database is at version {self.current}, which this release does not know; its newest is "
                f"{self.newest}. Install the release that upgraded the database, or restore a backup from "
                "before (HOME/backups): ti2v db restore FILE"
            )
        if not self.is_current:
            return (
                f"The database is at version {self.current or 'none'}, this release needs {self.newest}. "
                "Run: ti2v db upgrade"
            )
        return None


def status(database: Database) -> SchemaStatus:
    """Return the database's version and the newest version.

    This function runs at every start, so it avoids the slow import of Alembic.
    """
    with database.engine.connect() as connection:
        current = None
        if inspect(connection).has_table("alembic_version"):
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    revisions, newest = _revisions()
    return SchemaStatus(current, newest, is_known=current is None or current in revisions)


def _revisions() -> tuple[set[str], str | None]:
    """Return all revisions and the newest revision, read from the line `revision = "…"` of each migration."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for name, value in re.findall(
            r'^(revision|down_revision) = "(\w+)"$', path.read_text(), re.MULTILINE
        ):
            (revisions if name == "revision" else followed).add(value)
    # The newest revision is the revision that no other revision follows.
    return revisions, max(revisions - followed, default=None)


def require_known_version(database: Database) -> SchemaStatus:
    """Return the status of a database that this release can migrate.

    Raises:
        SchemaError: a newer release migrated the database.
    """
    found = status(database)
    if found.problem and not found.is_known:
        raise SchemaError(found.problem)
    return found


def upgrade(database: Database, revision: str = "head") -> None:
    """Upgrade the database to `revision`."""
    from alembic import command

    _migrate(database, lambda config: command.upgrade(config, revision), may_lose_rows=False)


def downgrade(database: Database, revision: str) -> None:
    """Downgrade the database to `revision`; rows may be lost."""
    from alembic import command

    _migrate(database, lambda config: command.downgrade(config, revision), may_lose_rows=True)


def _migrate(database: Database, step: "Callable[[Config], None]", *, may_lose_rows: bool) -> None:
    from alembic.config import Config

    require_known_version(database)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with (
        database.write_lock(),
        database.engine.connect() as connection,
        _foreign_keys_off(connection),
    ):
        try:
            before = _row_counts(connection)
            config.attributes["connection"] = connection
            step(config)
            _refuse_damage(connection, before, may_lose_rows=may_lose_rows)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Turn off the foreign key checks of SQLite until the block ends."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    # Use the driver directly: SQLAlchemy would begin a transaction first, and within a transaction SQLite
    # silently ignores this statement.
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _row_counts(connection: Connection) -> dict[str, int]:
    quote = connection.dialect.identifier_preparer.quote
    return {
        table: connection.execute(text(f"SELECT count(*) FROM {quote(table)}")).scalar_one()  # noqa: S608
        for table in inspect(connection).get_table_names()
    }


def _refuse_damage(connection: Connection, before: dict[str, int], *, may_lose_rows: bool) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise SchemaError(f"the migration would leave {len(broken)} rows that refer to a missing row")
    if may_lose_rows:
        return
    after = _row_counts(connection)
    lost = [table for table, rows in before.items() if after.get(table, 0) < rows]
    if lost:
        raise SchemaError(f"the migration would lose rows of {', '.join(sorted(lost))}")
