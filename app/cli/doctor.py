"""`ti2v doctor`: checks everything that the service needs, and says how to fix problems."""

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_rows

if TYPE_CHECKING:
    from app.settings import Settings

MIN_FREE_BYTES = 2 * 1024**3
# In SQLite 3.7.0 to 3.51.2, two connections that write and checkpoint at the same time can corrupt a
# write-ahead log.
FIRST_SAFE_SQLITE = (3, 51, 3)


class State(StrEnum):
    """The outcome of one check of the installation."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """The result of one check of this machine.

    `advice` says how to fix the problem; it is an empty text if there is no problem.
    """

    part: str
    state: State
    found: str
    advice: str = ""


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

    yield Finding("python", State.GOOD, platform.python_version())
    yield _sqlite()
    yield _ffmpeg()
    yield _sandbox()
    try:
        settings = open_settings()
    except click.ClickException as error:
        yield Finding("settings", State.BAD, error.message, "Correct the variable that the message names.")
        return
    yield Finding("settings", State.GOOD, f"{settings.environment}, home {settings.home.resolve()}")
    yield from _misspelt(settings)
    for look in (_home, _secret_key, _database, _limits, _media, _disk, _server):
        yield look(settings)
    yield from _openid(settings)


def _misspelt(settings: "Settings") -> Iterator[Finding]:
    """Report environment variables that look like misspelled settings, which the service ignores silently."""
    known = {f"TI2V_{name}".upper() for name in type(settings).model_fields}
    for name in sorted(os.environ.keys() - known):
        if name.startswith("TI2V_") and not name.startswith("TI2V_TEST_"):
            for near in get_close_matches(name, known, n=1, cutoff=0.85):
                yield Finding("settings", State.NOTE, f"{name} is not a setting", f"Did you mean {near}?")


def _sqlite() -> Finding:
    if sqlite3.sqlite_version_info >= FIRST_SAFE_SQLITE:
        return Finding("sqlite", State.GOOD, sqlite3.sqlite_version)
    advice = "Let only ti2v write to the file. Its locks avoid a bug of SQLite before 3.51.3."
    return Finding("sqlite", State.NOTE, sqlite3.sqlite_version, advice)


def _ffmpeg() -> Finding:
    try:
        import av
    except ImportError as error:
        return Finding(
            "ffmpeg", State.BAD, f"PyAV does not load ({error})", "Run: pip install --force-reinstall av"
        )
    versions = ", ".join(
        f"{name} {'.'.join(map(str, av.library_versions[name]))}" for name in ("libavcodec", "libavformat")
    )
    if "libx264" not in av.codecs_available:
        advice = "Install PyAV from its wheel: pip install --force-reinstall --only-binary av av"
        return Finding("ffmpeg", State.BAD, f"PyAV {av.__version__} without libx264 ({versions})", advice)
    return Finding("ffmpeg", State.GOOD, f"PyAV {av.__version__} ({versions})")


def _sandbox() -> Finding:
    from app.media.sandbox.landlock import landlock_version

    version = landlock_version()
    if version == 0:
        advice = (
            "The processes that open uploaded files can read the server's files. Use Linux 5.13 or later, "
            "or run the service in a container."
        )
        return Finding("sandbox", State.NOTE, "no Landlock", advice)
    return Finding("sandbox", State.GOOD, f"Landlock {version}")


def _home(settings: "Settings") -> Finding:
    if settings.home.exists() and settings.home.stat().st_mode & 0o077:
        advice = f"Run: chmod 700 {settings.home}"
        return Finding("home", State.NOTE, f"other users can read {settings.home}", advice)
    return Finding("home", State.GOOD, str(settings.home.resolve()))


def _secret_key(settings: "Settings") -> Finding:
    path = settings.home / "secret_key"
    if settings.secret_key is not None:
        return Finding("secret key", State.GOOD, "from TI2V_SECRET_KEY")
    if not path.exists():
        return Finding("secret key", State.GOOD, "will be generated at the first start")
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding("secret key", State.BAD, f"other users can read {path}", f"Run: chmod 600 {path}")
    return Finding("secret key", State.GOOD, str(path))


def _database(settings: "Settings") -> Finding:
    from sqlalchemy.exc import SQLAlchemyError

    from app import migrations
    from app.cli.local import sqlite_file
    from app.database import Database

    path = sqlite_file(settings)
    if path is not None and not path.exists():
        return Finding("database", State.BAD, f"no file {path}", "Run: ti2v up, or: ti2v db upgrade")
    database = Database.of(settings)
    try:
        found = migrations.status(database)
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
    if found.problem:
        what, _, next_step = found.problem.partition(". ")
        return Finding("database", State.BAD, what, next_step)
    return Finding("database", State.GOOD, f"{database.url.get_backend_name()}, version {found.current}")


def _limits(settings: "Settings") -> Finding:
    if settings.limits_are_shared:
        return Finding("limits", State.GOOD, "counted by all processes together")
    if settings.effective_database_url.startswith("sqlite"):
        return Finding("limits", State.GOOD, "counted in the one process")
    advice = "For several processes, set TI2V_RATE_LIMIT_URL=redis://... in all of them."
    return Finding("limits", State.NOTE, "counted in each process by itself", advice)


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


def _media(settings: "Settings") -> Finding:
    from app.media.store import StoreError, open_store

    try:
        healthy = open_store(settings.effective_media_url).healthy()
    except (StoreError, ValueError, OSError) as error:
        return Finding("media", State.BAD, str(error), "Check that TI2V_MEDIA_URL is correct and writable.")
    if not healthy:
        advice = "Check that TI2V_MEDIA_URL is correct and writable."
        return Finding("media", State.BAD, f"{settings.effective_media_url} does not respond", advice)
    return Finding("media", State.GOOD, settings.effective_media_url)


def _disk(settings: "Settings") -> Finding:
    free = shutil.disk_usage(_nearest_existing(settings.home)).free
    found = f"{free / 1024**3:.1f} GiB free"
    if free < MIN_FREE_BYTES:
        return Finding("disk", State.BAD, found, "Free disk space: clips are refused when the disk is full.")
    return Finding("disk", State.GOOD, found)


def _server(settings: "Settings") -> Finding:
    from app.server_lock import server_is_running

    running = server_is_running(settings.home)
    return Finding(
        "server", State.GOOD, "running with this TI2V_HOME" if running else "not running with this TI2V_HOME"
    )


def _nearest_existing(path: Path) -> Path:
    return next(each for each in (path, *path.resolve().parents) if each.exists())
