"""Locks TI2V_HOME for one server, so that at most one server uses a SQLite file."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Conflict
from app.private_files import make_private_folder
from app.settings import Settings


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Lock TI2V_HOME for one server; a second server on the same SQLite file refuses to start.

    Raises:
        Conflict: another server holds the lock.
    """
    if not settings.effective_database_url.startswith("sqlite"):
        yield
        return
    make_private_folder(settings.home)
    with (settings.home / "serve.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"Another server already uses {settings.home.resolve()}. "
                "Stop it first, or set another TI2V_HOME.",
                code="already_serving",
            ) from error
        yield


def server_is_running(home: Path) -> bool:
    """Return whether a server holds the lock of this TI2V_HOME."""
    path = home / "serve.lock"
    if not path.exists():
        return False
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
