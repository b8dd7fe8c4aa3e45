"""Reads a person's own account, and the state of this installation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.context import AppContext
from app.installation import checks
from app.installation.checks import Finding, State
from app.jobs.durations import ago
from app.tables.jobs import Worker
from app.tables.people import ExternalIdentity
from benchmark.plurals import counted

BACKUP_SUFFIX = ".sqlite3"


def connected_at(session: Session, *, person_id: int, issuer: str) -> datetime | None:
    """Return when the person's OpenID Connect account was connected; None without such an account."""
    return session.scalar(
        select(func.min(ExternalIdentity.created_at)).where(
            ExternalIdentity.person_id == person_id, ExternalIdentity.issuer == issuer
        )
    )


def count_online_workers(session: Session, context: AppContext, *, now: datetime) -> int:
    since = now - timedelta(seconds=context.settings.job_lease_s)
    return session.scalar(select(func.count()).where(Worker.last_seen_at > since)) or 0


def installation_state(context: AppContext, *, online_workers: int, now: datetime) -> Iterator[Finding]:
    """Check most parts that `ti2v doctor` checks.

    The checks open database sessions and ask the media store, so the caller must not hold an open database
    session. The server sends no request to an OpenID Connect provider, and does not load ffmpeg, which only
    its child processes need.
    """
    settings = context.settings
    yield Finding("version", State.GOOD, f"TI2V Bench {version('ti2v-bench')}")
    yield checks.check_python()
    yield checks.check_schema(context.database)
    if context.database.url.get_backend_name() == "sqlite":
        yield checks.check_sqlite()
    yield checks.check_media(settings, context.store)
    yield checks.check_disk(settings)
    yield _newest_backup(settings.home / "backups", now)
    yield Finding("workers", State.GOOD, f"{counted(online_workers, 'worker')} online")
    yield checks.check_home(settings)
    yield checks.check_secret_key(settings)
    yield checks.check_limits(settings)
    yield checks.check_sandbox()


def _newest_backup(folder: Path, now: datetime) -> Finding:
    """Report the newest backup in the service's folder of backups; other backups are not known."""
    times = [path.stat().st_mtime for path in folder.glob(f"*{BACKUP_SUFFIX}")]
    if not times:
        advice = "The service knows only backups in this folder. Run: ti2v db backup FILE"
        return Finding("backup", State.NOTE, f"none in {folder}", advice)
    return Finding("backup", State.GOOD, f"newest in {folder}: {ago(now.timestamp() - max(times))}")
