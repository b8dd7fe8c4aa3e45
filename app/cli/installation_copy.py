"""Copies an installation to a temporary folder, and runs a server of the copy on the loopback address."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from app.cli.local import open_settings, refuse_missing_file, sqlite_file
from app.cli.sqlite_backup import back_up
from app.errors import Invalid, Unavailable
from app.settings import Settings

_START_S = 60
# The copy does not inherit these settings: with them, it would reach the original's data or a crowd platform.
_OWN = (
    "HOME",
    "DATABASE_URL",
    "MEDIA_URL",
    "PUBLIC_URL",
    "PROLIFIC_API_TOKEN",
    "RATE_LIMIT_URL",
    "HOST",
    "PORT",
)


@contextmanager
def installation_copy(settings: Settings) -> Iterator[Settings]:
    """Yield the settings of a copy with its own database and links to the media files.

    The copy is removed when the block ends. Media files are never changed, so hard links to them are safe.

    Raises:
        Invalid: the installation uses PostgreSQL or S3.
        NotFound: there is no database.
    """
    refuse_missing_file(settings)
    database, media = sqlite_file(settings), Path(settings.effective_media_url)
    if database is None or settings.effective_media_url.startswith("s3://"):
        raise Invalid(
            "A simulation needs an installation on SQLite with media files in a folder. Create the study on "
            "such an installation, then simulate it there.",
            code="not_sqlite",
        )
    with tempfile.TemporaryDirectory(prefix="ti2v-simulation-") as folder:
        home = Path(folder)
        back_up(database, home / "ti2v.sqlite3")
        if media.exists():
            shutil.copytree(media, home / "media", copy_function=_link_or_copy)
        yield open_settings(
            home=home, database_url="", media_url="", public_url="", environment="development"
        )


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # The temporary folder is on another file system.
        shutil.copyfile(source, target)


@contextmanager
def server_of(settings: Settings) -> Iterator[str]:
    """Start a server process of an installation, and yield the server's address.

    The process is stopped when the block ends.

    Raises:
        Unavailable: the server did not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if name not in {f"TI2V_{each}" for each in _OWN}
    }
    environment |= {"TI2V_HOME": str(settings.home), "TI2V_PORT": str(port), "TI2V_HOST": "127.0.0.1"}
    start = "import sys; from benchmark.cli.main import main; sys.exit(main(['serve']))"
    log = settings.home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and code
            [sys.executable, "-c", start], env=environment, stdout=output, stderr=output
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, address, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx2.get(f"{address}/healthz", timeout=2).status_code < 500:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    last = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
    raise Unavailable(f"The server of the copy did not start: {last}")
