"""`ti2v key`: creates, lists and revokes API keys."""

from datetime import datetime, timedelta

import click

from app.cli.output import format_option, print_rows
from benchmark.plurals import counted
from benchmark.protocol import Role, Scope

MAX_ID = 2**63 - 1  # the size of the database column


@click.command()
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="Permissions of the key."
)
@click.option("--name", required=True, help="Owner of the key; a new name creates a new person.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until the key expires (default: never).")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="Limit the key to this scope of its role; repeatable (default: all scopes of the role).",
)
def create(role: str, name: str, days: int | None, scopes: tuple[str, ...]) -> None:
    """Create a key and print it to stdout.

    The database stores only the key's hash, so the key cannot be shown again.
    """
    from app.cli.audit import note_event
    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.security.identity import create_key, person_named

    name = checked_name(name)
    with open_database(open_settings()) as database, database.write() as session:
        now = utc_now()
        person = person_named(session, name=name, role=Role(role), now=now)
        key = create_key(
            session,
            person=person,
            now=now,
            expires_at=now + timedelta(days=days) if days else None,
            scopes=frozenset(map(Scope, scopes)) if scopes else None,
        )
        limits = {"days": days, "scopes": sorted(scopes)} if days or scopes else {}
        note_event(session, action="key.create", subject=name, now=now, role=role, begins=key[:10], **limits)
    click.echo(key)


@click.command("list")
@format_option
def list_(row_format: str) -> None:
    """List keys; only the first characters of each key are shown."""
    from sqlalchemy import select

    from app.cli.local import open_database, open_settings
    from app.tables.people import ApiKey, Person

    with open_database(open_settings()) as database, database.read() as session:
        found = session.execute(
            select(ApiKey, Person.name).join(Person, Person.id == ApiKey.person_id).order_by(ApiKey.id)
        )
        rows = [
            {
                "id": key.id,
                "name": name,
                "role": key.role.value,
                "begins": key.prefix,
                "scopes": ",".join(key.scopes or sorted(key.role.scopes)),
                "created_at": _seconds(key.created_at),
                "last_used_at": _seconds(key.last_used_at),
                "expires_at": _seconds(key.expires_at),
                "revoked_at": _seconds(key.revoked_at),
            }
            for key, name in found
        ]
    print_rows(rows, row_format)


@click.command()
@click.argument("key_id", metavar="ID", type=click.IntRange(1, MAX_ID))
@click.option("--sign-out", is_flag=True, help="Also sign the key's owner out of every browser.")
def revoke(key_id: int, sign_out: bool) -> None:
    """Revoke a key permanently; ID is the number that `ti2v key list` shows.

    The key's owner stays signed in unless you pass --sign-out.
    """
    from app.cli.audit import note_event
    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.security.browsers import sign_out_everywhere
    from app.security.identity import revoke_key
    from app.tables.people import Person

    with open_database(open_settings()) as database, database.write() as session:
        now = utc_now()
        key = revoke_key(session, key_id=key_id, now=now)
        begins, owner = key.prefix, session.get_one(Person, key.person_id)
        name = owner.name
        browsers = sign_out_everywhere(session, owner, now=now) if sign_out else 0
        note_event(
            session, action="key.revoke", subject=f"key {key_id}", now=now, begins=begins, signed_out=sign_out
        )
    click.echo(f"The key {begins}... no longer works.", err=True)
    if sign_out:
        click.echo(f"{name} is signed out of {counted(browsers, 'browser')}.", err=True)


def _seconds(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def checked_name(name: str) -> str:
    """Return a person's name without leading and trailing blanks.

    Raises:
        click.UsageError: the name is empty, longer than 80 characters, or contains control characters.
    """
    name = name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise click.UsageError("A name has 1 to 80 printable characters.")
    return name
