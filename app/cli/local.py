"""Opens settings, database and media store for commands that run on the server's machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from pydantic import ValidationError
from sqlalchemy import make_url, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import migrations
from app.clock import utc_now
from app.database import Database
from app.errors import Conflict, NotFound, Unavailable
from app.security.identity import Principal, person_named
from app.settings import Settings
from app.tables.people import Person
from benchmark.protocol import Role

# Commands that run without a key act as this person. The audit log names this person, and new rows belong to
# this person.
OPERATOR = "command line"
# Commands that only read act as this admin, because their user can read the database file anyway. This admin
# has no row in the database.
READER = Principal(0, OPERATOR, Role.ADMIN)


def open_settings(**given: object) -> Settings:
    """Return the service's settings. Values in `given` take precedence over the environment.

    Raises:
        click.ClickException: settings are invalid; the message names every invalid setting.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        wrong = "; ".join(
            ": ".join([*(f"TI2V_{part}".upper() for part in problem["loc"]), _reason(problem["msg"])])
            for problem in error.errors()
        )
        raise click.ClickException(f"These settings are invalid: {wrong}.") from error


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Yield the database at the current schema.

    Raises:
        NotFound: there is no database file. The function does not create a database.
        Conflict: the database was not migrated.
    """
    refuse_missing_file(settings)
    with open_any_schema(settings) as database:
        found = migrations.status(database)
        if found.problem:
            raise Conflict(found.problem, code="schema_not_current")
        yield database


@contextmanager
def open_any_schema(settings: Settings) -> Iterator[Database]:
    """Yield the database without checking the schema. A missing SQLite file is created.

    Raises:
        Unavailable: the database does not respond.
    """
    database = Database.of(settings)
    try:
        with database.engine.connect():
            pass
        yield database
    except OperationalError as error:
        reason = str(error.orig or error).strip().splitlines()[0]
        raise Unavailable(f"The database does not respond: {reason}") from error
    finally:
        database.close()


def refuse_missing_file(settings: Settings) -> None:
    path = sqlite_file(settings)
    if path is not None and not path.exists():
        raise NotFound(
            f"There is no database at {path}. Set TI2V_HOME, or create a database with: ti2v db upgrade"
        )


def sqlite_file(settings: Settings) -> Path | None:
    """Return the database's file; None if the database is not SQLite."""
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


@dataclass(frozen=True)
class LocalSession:
    """A database session of a command, and the person in whose name the command acts."""

    session: Session
    principal: Principal
    now: datetime


@contextmanager
def local_read() -> Iterator[LocalSession]:
    """Yield a read-only session of this machine's database."""
    with open_database(open_settings()) as database, database.read() as session:
        yield LocalSession(session, READER, utc_now())


@contextmanager
def local_write() -> Iterator[LocalSession]:
    """Yield a write session of this machine's database; commit when the block ends."""
    with open_database(open_settings()) as database, database.write() as session:
        now = utc_now()
        yield LocalSession(session, operator(session, now=now), now)


def operator(session: Session, *, now: datetime) -> Principal:
    """Return the admin in whose name local commands act.

    Local commands check no key, because their user can read and write the database file anyway.
    """
    person = person_named(session, name=OPERATOR, role=Role.ADMIN, now=now)
    return Principal.of(person)


def owner_named(session: Session, name: str | None, *, now: datetime) -> Principal:
    """Return the researcher with this name; the operator if no name is given.

    Raises:
        NotFound: there is no person with this name, or the person is not a researcher.
    """
    if name is None:
        return operator(session, now=now)
    person = session.scalar(select(Person).where(Person.name == name))
    if person is None or person.role not in (Role.RESEARCHER, Role.ADMIN):
        raise NotFound(
            f"There is no researcher called {name}. Create one with: ti2v key create --role researcher"
        )
    return Principal.of(person)
