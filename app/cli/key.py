"""`ti2v key`: keys for people and programs that speak REST."""

import click

from app.cli.output import format_option, print_rows
from benchmark.protocol import Role

MAX_ID = 2**63 - 1  # what a database column holds


@click.command()
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What it may do."
)
@click.option("--name", required=True, help="Whose it is; a new name makes a new person.")
def create(role: str, name: str) -> None:
    """Make a key and print it alone on stdout; it is stored hashed and cannot be shown again."""
    from app.cli.audit import note_event
    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.security.identity import create_key, person_named

    name = checked_name(name)
    now = utc_now()
    with open_database(open_settings()) as database, database.write() as session:
        person = person_named(session, name=name, role=Role(role), now=now)
        key = create_key(session, person=person, now=now)
        note_event(session, action="key.create", subject=name, now=now, role=role, begins=key[:10])
    click.echo(key)


@click.command("list")
@format_option
def list_(row_format: str) -> None:
    """List keys by their first letters, never whole."""
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
                "created_at": key.created_at.isoformat(timespec="seconds"),
                "revoked_at": key.revoked_at.isoformat(timespec="seconds") if key.revoked_at else None,
            }
            for key, name in found
        ]
    print_rows(rows, row_format)


@click.command()
@click.argument("key_id", metavar="ID", type=click.IntRange(1, MAX_ID))
def revoke(key_id: int) -> None:
    """End a key for good; ID is the number that `ti2v key list` shows."""
    from app.cli.audit import note_event
    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.security.identity import revoke_key

    now = utc_now()
    with open_database(open_settings()) as database, database.write() as session:
        key = revoke_key(session, key_id=key_id, now=now)
        begins = key.prefix
        note_event(session, action="key.revoke", subject=f"key {key_id}", now=now, begins=begins)
    click.echo(f"The key {begins}... no longer works.", err=True)


def checked_name(name: str) -> str:
    """Return a person's name without blanks around it.

    Raises:
        click.UsageError: it is empty, longer than 80 letters, or holds control characters.
    """
    name = name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise click.UsageError("A name is 1 to 80 printable letters.")
    return name
