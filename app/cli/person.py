"""`ti2v person`: creates sign-in links, signs people out everywhere, disables and enables people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from app.cli.output import format_option, print_rows
from benchmark.plurals import counted
from benchmark.protocol import Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.tables.people import Person

# Workers are programs with keys, which use no browser.
_ROLES = [role.value for role in Role if role is not Role.WORKER]


@click.command("sign-in")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(_ROLES), help="Role of a new person; an existing person keeps their role."
)
def sign_in(name: str, role: str | None) -> None:
    """Print a link that signs NAME in; the link works once, in one browser."""
    from sqlalchemy import select

    from app.cli.audit import note_event
    from app.cli.key import checked_name
    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.security.browsers import create_sign_in_link
    from app.security.identity import person_named
    from app.tables.people import Person

    name = checked_name(name)
    settings = open_settings()
    with open_database(settings) as database, database.write() as session:
        now = utc_now()
        known = session.scalar(select(Person.role).where(Person.name == name))
        if known is None and role is None:
            raise click.UsageError(f"There is no person called {name}. To create the person, add --role.")
        person = person_named(session, name=name, role=Role(role) if role else known or Role.VIEWER, now=now)
        minutes = settings.sign_in_link_minutes
        token = create_sign_in_link(session, person=person, now=now, minutes=minutes)
        note_event(session, action="person.sign_in_link", subject=name, now=now, role=person.role)
    click.echo(f"{settings.effective_public_url}/sign-in/{token}")
    click.echo(f"The link works once, within {minutes} minutes.", err=True)


@click.command("list")
@format_option
def list_(row_format: str) -> None:
    """List people with their role, number of keys and number of signed-in browsers."""
    from sqlalchemy import func, select

    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.tables.people import ApiKey, BrowserSession, Person

    now = utc_now()
    works = ApiKey.revoked_at.is_(None) & (ApiKey.expires_at.is_(None) | (ApiKey.expires_at > now))
    keys = select(func.count()).where(ApiKey.person_id == Person.id, works).scalar_subquery()
    browsers = (
        select(func.count())
        .where(BrowserSession.person_id == Person.id, BrowserSession.expires_at > now)
        .scalar_subquery()
    )
    with open_database(open_settings()) as database, database.read() as session:
        rows = [
            {
                "name": person.name,
                "role": person.role.value,
                "keys": key_count,
                "browsers": browser_count,
                "disabled_at": person.disabled_at and person.disabled_at.isoformat(timespec="seconds"),
            }
            for person, key_count, browser_count in session.execute(
                select(Person, keys, browsers).order_by(Person.name)
            )
        ]
    print_rows(rows, row_format)


@click.command("sign-out")
@click.argument("name")
def sign_out(name: str) -> None:
    """Sign NAME out of every browser and invalidate unused sign-in links. The keys of NAME still work."""
    from app.security.browsers import sign_out_everywhere

    with _changing(name, "person.sign_out") as change:
        browsers = sign_out_everywhere(change.session, change.person, now=change.now)
    click.echo(f"{name} is signed out of {counted(browsers, 'browser')}.", err=True)


@click.command()
@click.argument("name")
def disable(name: str) -> None:
    """Disable NAME: refuse all requests by key or browser until `ti2v person enable NAME`."""
    from app.security import identity
    from app.security.browsers import sign_out_everywhere

    with _changing(name, "person.disable") as change:
        identity.disable(change.session, change.person, now=change.now)
        sign_out_everywhere(change.session, change.person, now=change.now)
    click.echo(f"{name} is disabled: keys are refused, browsers are signed out.", err=True)


@click.command()
@click.argument("name")
def enable(name: str) -> None:
    """Enable NAME: accept the person's keys again. In a browser, the person must sign in again."""
    from app.security import identity

    with _changing(name, "person.enable") as change:
        identity.enable(change.session, change.person)
    click.echo(f"{name} is enabled: their keys work again.", err=True)


@dataclass(frozen=True)
class _Change:
    session: "Session"
    person: "Person"
    now: datetime


@contextmanager
def _changing(name: str, action: str) -> Iterator[_Change]:
    """Yield the named person in a write transaction, and record the change in the audit log.

    Raises:
        NotFound: there is no person with this name.
    """
    from app.cli.audit import note_event
    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.security.identity import find_person

    with open_database(open_settings()) as database, database.write() as session:
        change = _Change(session, find_person(session, name), utc_now())
        yield change
        note_event(session, action=action, subject=name, now=change.now)
