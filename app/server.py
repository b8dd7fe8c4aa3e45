"""Starts the service: one server a SQLite file, the demo on the first start, the links printed."""

import fcntl
import gc
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from app import migrations
from app.context import AppContext, open_context
from app.database import Database
from app.demo import Demo, set_up_demo
from app.errors import Conflict
from app.logging import set_up_logging
from app.main import create_app
from app.settings import Settings
from app.studies.renditions import prepare_renditions
from app.tables.tasks import TaskKind
from app.tasks.runner import Handler, TaskRunner


def serve(settings: Settings) -> None:
    """Serve until interrupted; the database must be at the current schema."""
    set_up_logging(settings.log_format)
    with only_server(settings):
        _refuse_a_taken_address(settings)
        with open_context(settings) as context:
            _run(context)


def up(settings: Settings) -> None:
    """Migrate, load the bundled benchmark and a demo study into an empty database, serve, say where to go."""
    set_up_logging(settings.log_format)
    with only_server(settings):
        _refuse_a_taken_address(settings)
        database = Database.of(settings)
        migrations.upgrade(database)
        database.close()
        with open_context(settings) as context, set_up_demo(context) as demo:
            _say_where_to_go(demo)
            _run(context)


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Hold HOME for one server; a second one on the same SQLite file refuses to start.

    Raises:
        Conflict: another server holds it.
    """
    if not settings.effective_database_url.startswith("sqlite"):
        yield
        return
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "serve.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"A server is running on {settings.home.resolve()} already. "
                "Stop it first, or use another TI2V_HOME.",
                code="already_serving",
            ) from error
        yield


def _refuse_a_taken_address(settings: Settings) -> None:
    """Try the address before anything is made or printed; uvicorn would find out last.

    Raises:
        Conflict: something else listens there, or it is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        # create_server adds the address once more, in brackets.
        reason = str(error.strerror).partition(" (")[0]
        raise Conflict(
            f"Cannot listen on {settings.host}, port {settings.port}: {reason}. "
            "Choose another with --host and --port, or TI2V_HOST and TI2V_PORT.",
            code="cannot_listen",
        ) from error


def server_is_running(home: Path) -> bool:
    """Tell whether a server holds this HOME."""
    path = home / "serve.lock"
    if not path.exists():
        return False
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


TASK_HANDLERS: Mapping[TaskKind, Handler] = {TaskKind.RENDITIONS: prepare_renditions}


def _run(context: AppContext) -> None:
    settings = context.settings
    app = create_app(context)
    _spare_the_collector()
    with TaskRunner(context, TASK_HANDLERS).running():
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            forwarded_allow_ips=settings.trusted_proxies,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=10,
        )


def _spare_the_collector() -> None:
    """Look for garbage cycles less often, and never among what was there before the first request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _say_where_to_go(demo: Demo) -> None:
    lines = [
        "",
        "TI2V Bench is running.",
        f"  Vote          {demo.voting_link}",
        f"  Results       {demo.results_page}",
        f"  Sign in       {demo.sign_in_link}   (works once; signs you in as admin)",
        f"  Researcher    TI2V_KEY={demo.researcher_key}",
        f"  API           {demo.api}",
        "Stop with Ctrl-C; your data stays.",
        "",
    ]
    sys.stderr.write("\n".join(lines))
    sys.stderr.flush()
