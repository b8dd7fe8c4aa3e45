"""`ti2v person`: people who sign in with a browser."""

import click

from benchmark.protocol import Role

# Workers are programs; they have keys and no browser.
_ROLES = [role.value for role in Role if role is not Role.WORKER]


@click.command("sign-in")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(_ROLES), help="What a new person may do; known ones keep their role."
)
def sign_in(name: str, role: str | None) -> None:
    """Print a link that signs NAME in, in one browser, once."""
    from sqlalchemy import select

    from app.cli.audit import note_event
    from app.cli.key import checked_name
    from app.cli.local import open_database, open_settings
    from app.clock import utc_now
    from app.security.identity import create_sign_in_link, person_named
    from app.tables.people import Person

    name = checked_name(name)
    now = utc_now()
    settings = open_settings()
    with open_database(settings) as database, database.write() as session:
        known = session.scalar(select(Person.role).where(Person.name == name))
        if known is None and role is None:
            raise click.UsageError(f"{name} is new here; say what they may do with --role.")
        person = person_named(session, name=name, role=Role(role) if role else known or Role.VIEWER, now=now)
        minutes = settings.sign_in_link_minutes
        token = create_sign_in_link(session, person=person, now=now, minutes=minutes)
        note_event(session, action="person.sign_in_link", subject=name, now=now, role=person.role)
    click.echo(f"{settings.effective_public_url}/sign-in/{token}")
    click.echo(f"It works once, for {minutes} minutes.", err=True)
