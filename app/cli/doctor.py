"""`ti2v doctor`: checks everything that the service needs, and says how to fix problems."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_rows
from app.installation import checks
from app.installation.checks import Finding, State

if TYPE_CHECKING:
    from app.settings import Settings


@click.command()
@format_option
def doctor(row_format: str) -> None:
    """Check versions, settings, database, media and disk; the exit code is 1 if something must be fixed."""
    findings = list(examine())
    if RowFormat(row_format) is RowFormat.JSON:
        print_rows([vars(each) for each in findings], row_format)
    for each in findings if RowFormat(row_format) is RowFormat.TEXT else ():
        click.echo(f"{each.state:4}  {each.part:10}  {each.found}")
        if each.advice:
            click.echo(f"{'':18}{each.advice}")
    if any(each.state is State.BAD for each in findings):
        raise click.ClickException("Problems found; see the lines marked bad.")


def examine() -> Iterator[Finding]:
    """Check every part of the installation.

    If a check raises an error, the error becomes a finding, and the remaining checks still run.
    """
    from app.cli.local import open_settings

    yield checks.check_python()
    yield checks.check_sqlite()
    yield checks.check_ffmpeg()
    yield checks.check_sandbox()
    try:
        settings = open_settings()
    except click.ClickException as error:
        yield Finding("settings", State.BAD, error.message, "Correct the variable that the message names.")
        return
    yield Finding("settings", State.GOOD, f"{settings.environment}, home {settings.home.resolve()}")
    yield from _misspelt(settings)
    yield checks.check_home(settings)
    yield checks.check_secret_key(settings)
    yield _database(settings)
    yield checks.check_limits(settings)
    yield checks.check_media(settings)
    yield checks.check_disk(settings)
    yield _server(settings)
    yield from _openid(settings)


def _misspelt(settings: "Settings") -> Iterator[Finding]:
    """Report environment variables that look like misspelled settings, which the service ignores silently."""
    known = {f"TI2V_{name}".upper() for name in type(settings).model_fields}
    for name in sorted(os.environ.keys() - known):
        if name.startswith("TI2V_") and not name.startswith("TI2V_TEST_"):
            for near in get_close_matches(name, known, n=1, cutoff=0.85):
                yield Finding("settings", State.NOTE, f"{name} is not a setting", f"Did you mean {near}?")


def _database(settings: "Settings") -> Finding:
    from sqlalchemy.exc import SQLAlchemyError

    from app.cli.local import sqlite_file
    from app.database import Database

    path = sqlite_file(settings)
    if path is not None and not path.exists():
        return Finding("database", State.BAD, f"no file {path}", "Run: ti2v up, or: ti2v db upgrade")
    database = Database.of(settings)
    try:
        return checks.check_schema(database)
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        return Finding(
            "database",
            State.BAD,
            reason,
            "Check that the database is running and that TI2V_DATABASE_URL is correct.",
        )
    finally:
        database.close()


def _openid(settings: "Settings") -> Iterator[Finding]:
    from app.clock import utc_now
    from app.errors import Unavailable
    from app.security.openid_provider import Provider

    provider = Provider.of(settings)
    if provider is None:
        return
    try:
        provider.discover(utc_now())
    except Unavailable:
        advice = "Check TI2V_OPENID_ISSUER: the discovery document must be readable and name this issuer."
        yield Finding("openid", State.BAD, f"no provider at {settings.openid_issuer}", advice)
        return
    yield Finding("openid", State.GOOD, settings.openid_issuer)


def _server(settings: "Settings") -> Finding:
    from app.server_lock import server_is_running

    running = server_is_running(settings.home)
    return Finding(
        "server", State.GOOD, "running with this TI2V_HOME" if running else "not running with this TI2V_HOME"
    )
