"""Opens what a command works on when it is run on the service's own machine."""

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

# Who did it, in the audit list and as owner, where a command was run without a key.
OPERATOR = "command line"
# Whoever can open the database file is an admin; a reader needs no row of its own.
READER = Principal(0, OPERATOR, Role.ADMIN)


def open_settings(**given: object) -> Settings:
    """Return the settings, `given` ones going before the environment.

    Raises:
        click.ClickException: a setting is wrong; all of them are named.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        wrong = "; ".join(
            ": ".join([*(f"TI2V_{part}".upper() for part in problem["loc"]), _reason(problem["msg"])])
            for problem in error.errors()
        )
        raise click.ClickException(f"The settings cannot be used: {wrong}.") from error


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Yield the database at the current schema.

    Raises:
        NotFound: there is no database file; a command that reads must not make one.
        Conflict: it was not migrated.
    """
    refuse_missing_file(settings)
    with open_any_schema(settings) as database:
        found = migrations.status(database)
        if found.problem:
            raise Conflict(found.problem, code="schema_not_current")
        yield database


@contextmanager
def open_any_schema(settings: Settings) -> Iterator[Database]:
    """Yield the database whatever its schema, made if it is a SQLite file that is not there.

    Raises:
        Unavailable: it does not answer.
    """
    database = Database.of(settings)
    try:
        with database.engine.connect():
            pass
        yield database
    except OperationalError as error:
        reason = str(error.orig or error).strip().splitlines()[0]
        raise Unavailable(f"The database does not answer: {reason}") from error
    finally:
        database.close()


def refuse_missing_file(settings: Settings) -> None:
    path = sqlite_file(settings)
    if path is not None and not path.exists():
        raise NotFound(f"There is no database at {path}. Set TI2V_HOME, or make one with: ti2v db upgrade")


def sqlite_file(settings: Settings) -> Path | None:
    """Return the database's file; None where it is not SQLite."""
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


@dataclass(frozen=True)
class LocalSession:
    """A database session of a command, with the person it acts as."""

    session: Session
    principal: Principal
    now: datetime


@contextmanager
def local_read() -> Iterator[LocalSession]:
    """Yield a session that reads this machine's database."""
    with open_database(open_settings()) as database, database.read() as session:
        yield LocalSession(session, READER, utc_now())


@contextmanager
def local_write() -> Iterator[LocalSession]:
    """Yield a session that changes this machine's database and commits at the end."""
    with open_database(open_settings()) as database, database.write() as session:
        now = utc_now()
        yield LocalSession(session, operator(session, now=now), now)


def operator(session: Session, *, now: datetime) -> Principal:
    """Return the person local commands act as: whoever can open the database file is an admin."""
    person = person_named(session, name=OPERATOR, role=Role.ADMIN, now=now)
    return Principal(person.id, person.name, person.role)


def owner_named(session: Session, name: str | None, *, now: datetime) -> Principal:
    """Return the researcher of that name, or the operator where none is given.

    Raises:
        NotFound: nobody is called so, or they are no researcher.
    """
    if name is None:
        return operator(session, now=now)
    person = session.scalar(select(Person).where(Person.name == name))
    if person is None or person.role not in (Role.RESEARCHER, Role.ADMIN):
        raise NotFound(
            f"There is no researcher called {name}; make one with: ti2v key create --role researcher"
        )
    return Principal(person.id, person.name, person.role)
