"""Checks the parts that the service needs, and says how to fix problems.

`ti2v doctor` and the settings page show the findings. Slow imports are inside the functions, because commands
must start fast.
"""

import platform
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.database import Database
    from app.media.store import MediaStore
    from app.settings import Settings

PLENTY_BYTES = 2 * 1024**3
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


def check_python() -> Finding:
    return Finding("python", State.GOOD, platform.python_version())


def check_sqlite() -> Finding:
    if sqlite3.sqlite_version_info >= FIRST_SAFE_SQLITE:
        return Finding("sqlite", State.GOOD, sqlite3.sqlite_version)
    advice = "Let only ti2v write to the file. Its locks avoid a bug of SQLite before 3.51.3."
    return Finding("sqlite", State.NOTE, sqlite3.sqlite_version, advice)


def check_ffmpeg() -> Finding:
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


def check_sandbox() -> Finding:
    from app.media.sandbox.landlock import landlock_version

    version = landlock_version()
    if version == 0:
        advice = (
            "The processes that open uploaded files can read the server's files. Use Linux 5.13 or later, "
            "or run the service in a container."
        )
        return Finding("sandbox", State.NOTE, "no Landlock", advice)
    return Finding("sandbox", State.GOOD, f"Landlock {version}")


def check_home(settings: "Settings") -> Finding:
    if settings.home.exists() and settings.home.stat().st_mode & 0o077:
        advice = f"Run: chmod 700 {settings.home}"
        return Finding("home", State.NOTE, f"other users can read {settings.home}", advice)
    return Finding("home", State.GOOD, str(settings.home.resolve()))


def check_secret_key(settings: "Settings") -> Finding:
    path = settings.home / "secret_key"
    if settings.secret_key is not None:
        return Finding("secret key", State.GOOD, "from TI2V_SECRET_KEY")
    if not path.exists():
        return Finding("secret key", State.GOOD, "will be generated at the first start")
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding("secret key", State.BAD, f"other users can read {path}", f"Run: chmod 600 {path}")
    return Finding("secret key", State.GOOD, str(path))


def check_schema(database: "Database") -> Finding:
    """Check the schema and the durability of a database that responds."""
    from app import migrations

    found = migrations.status(database)
    if found.problem:
        what, _, next_step = found.problem.partition(". ")
        return Finding("database", State.BAD, what, next_step)
    if relaxed := database.relaxed_durability():
        advice = "Set these to on in postgresql.conf: a power failure could remove confirmed votes."
        settings = " and ".join(f"{name} is off" for name in relaxed)
        return Finding("database", State.BAD, f"commits do not wait for the disk: {settings}", advice)
    return Finding("database", State.GOOD, f"{database.url.get_backend_name()}, version {found.current}")


def check_limits(settings: "Settings") -> Finding:
    if settings.limits_are_shared:
        return Finding("limits", State.GOOD, "counted by all processes together")
    if settings.effective_database_url.startswith("sqlite"):
        return Finding("limits", State.GOOD, "counted in the one process")
    advice = "For several processes, set TI2V_RATE_LIMIT_URL=redis://... in all of them."
    return Finding("limits", State.NOTE, "counted in each process by itself", advice)


def check_media(settings: "Settings", store: "MediaStore | None" = None) -> Finding:
    """Check a media store; by default the store that the settings name."""
    from app.media.store import StoreError, open_store

    try:
        healthy = (store or open_store(settings.effective_media_url)).healthy()
    except (StoreError, ValueError, OSError) as error:
        return Finding("media", State.BAD, str(error), "Check that TI2V_MEDIA_URL is correct and writable.")
    if not healthy:
        advice = "Check that TI2V_MEDIA_URL is correct and writable."
        return Finding("media", State.BAD, f"{settings.effective_media_url} does not respond", advice)
    return Finding("media", State.GOOD, settings.effective_media_url)


def check_disk(settings: "Settings") -> Finding:
    """Check the free disk space as `/readyz` does, and warn early."""
    from app.free_space import least_free_space

    disk = least_free_space(settings)
    found = f"{disk.free_bytes / 1024**3:.1f} GiB free on the disk of {disk.folder}"
    if disk.is_too_small:
        return Finding("disk", State.BAD, found, disk.advice)
    if disk.free_bytes < PLENTY_BYTES:
        advice = "Free disk space soon: clips are refused when the disk is full."
        return Finding("disk", State.NOTE, found, advice)
    return Finding("disk", State.GOOD, found)
