"""`ti2v db`: upgrades, downgrades, backs up and restores the database, and prints its version."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from app.settings import Settings


@click.command()
def upgrade() -> None:
    """Upgrade the database to the newest schema, or create the database if it does not exist.

    A SQLite file is first copied to HOME/backups.
    """
    from app import migrations
    from app.cli.local import open_any_schema, open_settings, sqlite_file
    from app.cli.sqlite_backup import back_up
    from app.clock import utc_now
    from app.private_files import make_private_folder

    settings = open_settings()
    with open_any_schema(settings) as database:
        before = migrations.require_known_version(database)
        if before.is_current:
            click.echo(f"The database already has the newest version, {before.newest}.", err=True)
            return
        path = sqlite_file(settings)
        if path is not None and before.current is not None:
            kept = settings.home / "backups" / f"{before.current}-{_stamp(utc_now())}.sqlite3"
            make_private_folder(kept.parent)
            with database.write_lock():
                back_up(path, kept)
            click.echo(f"A copy of the database from before the upgrade: {kept}", err=True)
        migrations.upgrade(database)
        click.echo(
            f"Upgraded the database from version {before.current or 'none'} to {before.newest}.", err=True
        )
        click.echo(f"Data folder (TI2V_HOME): {settings.home.resolve()}", err=True)


@click.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(revision: str, yes: bool) -> None:
    """Downgrade the database to REVISION; data that only newer versions can store is lost.

    Stop the server first.
    """
    from alembic.util import CommandError

    from app import migrations
    from app.cli.local import open_any_schema, open_settings, refuse_missing_file
    from app.server_lock import only_server

    settings = open_settings()
    refuse_missing_file(settings)
    with only_server(settings), open_any_schema(settings) as database:
        try:
            before = migrations.status(database)
            if not yes and not click.confirm(
                f"Downgrade from {before.current} to {revision} and lose data that only newer versions "
                "store?",
                err=True,
            ):
                raise click.ClickException("Nothing was changed.")
            migrations.downgrade(database, revision)
            click.echo(
                f"The database now has version {migrations.status(database).current or 'none'}.", err=True
            )
        except CommandError as error:
            raise click.ClickException(f"{error}. Nothing was changed.") from error


@click.command()
def status() -> None:
    """Print the database's version and the newest version."""
    from app import migrations
    from app.cli.local import open_any_schema, open_settings, refuse_missing_file

    settings = open_settings()
    refuse_missing_file(settings)
    with open_any_schema(settings) as database:
        found = migrations.status(database)
    click.echo(f"current {found.current or 'none'}")
    click.echo(f"newest {found.newest or 'none'}")
    if found.problem:
        click.echo(found.problem, err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a copy of the SQLite database to FILE and check the copy; a running server is not interrupted."""
    from app.cli.local import open_settings, refuse_missing_file, sqlite_file
    from app.cli.sqlite_backup import back_up

    settings = open_settings()
    refuse_missing_file(settings)
    path = sqlite_file(settings) or _refuse_postgres(settings, f"pg_dump --format=custom --file={file}")
    back_up(path, file)
    click.echo(
        f"{file} contains the database. Images and clips are not included; copy "
        f"{settings.effective_media_url} separately.",
        err=True,
    )


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Replace the database with the copy FILE; the old database file stays in the same folder.

    The command refuses to run while a server is running.
    """
    from app.cli import sqlite_backup
    from app.cli.local import open_settings, sqlite_file
    from app.clock import utc_now
    from app.database import Database
    from app.server_lock import only_server

    settings = open_settings()
    path = sqlite_file(settings) or _refuse_postgres(
        settings, f"pg_restore --clean --if-exists {file} --dbname"
    )
    old = path.with_name(f"{path.name}.before-{_stamp(utc_now())}")
    with only_server(settings), closing(Database.of(settings)) as database, database.write_lock():
        sqlite_backup.restore(file, path, old=old)
    click.echo(f"Restored {path} from {file}.", err=True)
    if old.exists():
        click.echo(f"The previous database is kept as {old}.", err=True)


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")


def _refuse_postgres(settings: "Settings", command: str) -> NoReturn:
    from sqlalchemy import make_url

    url = make_url(settings.effective_database_url).set(drivername="postgresql")
    address = url.render_as_string(hide_password=True)
    raise click.ClickException(
        f"This command works on SQLite only. For PostgreSQL run: {command} '{address}'"
    )
