"""Starts the server: locks the SQLite file, sets up the demo, prints the links."""

import gc
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from app import migrations
from app.benchmark_import.task import import_in_background
from app.context import AppContext, open_context
from app.database import Database
from app.demo import Demo, set_up_demo
from app.errors import Conflict
from app.gold_clips.task import make_in_background
from app.http_protocol import server_options
from app.logging import set_up_logging
from app.main import create_app
from app.platforms.poll import poll_prolific
from app.preload import preloaded_pages
from app.process_count import warned_about_limits
from app.server_lock import only_server
from app.settings import Settings
from app.studies.removal import remove_study
from app.studies.renditions import prepare_renditions
from app.submissions.removal import remove_model, remove_submission
from app.tasks.runner import Handler, TaskRunner
from app.vote_import.task import import_votes_in_background
from app.vote_merge.task import merge_in_background
from benchmark.protocol import TaskKind


def serve(settings: Settings) -> None:
    """Run the server until the process is interrupted. The database must already be migrated."""
    set_up_logging(settings.log_format)
    with only_server(settings):
        _require_free_address(settings)
        with open_context(settings) as context:
            _run(context)


def up(settings: Settings) -> None:
    """Migrate the database, set up the demo in an empty database, print the links, and start the server."""
    set_up_logging(settings.log_format)
    with only_server(settings):
        _require_free_address(settings)
        database = Database.of(settings)
        migrations.upgrade(database)
        database.close()
        with open_context(settings) as context, set_up_demo(context) as demo:
            _print_links(demo, settings.home)
            _run(context)


def _require_free_address(settings: Settings) -> None:
    """Check that the address is free, before anything is created or printed.

    Raises:
        Conflict: the address is in use, or is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        # create_server appends the address to the reason, in parentheses.
        reason = str(error.strerror).partition(" (")[0]
        raise Conflict(
            f"Cannot listen on {settings.host}, port {settings.port}: {reason}. "
            "Choose another address with --host and --port, or with TI2V_HOST and TI2V_PORT.",
            code="cannot_listen",
        ) from error


TASK_HANDLERS: Mapping[TaskKind, Handler] = {
    TaskKind.RENDITIONS: prepare_renditions,
    TaskKind.BENCHMARK_IMPORT: import_in_background,
    TaskKind.VOTES_IMPORT: import_votes_in_background,
    TaskKind.VOTES_MERGE: merge_in_background,
    TaskKind.STUDY_DELETION: remove_study,
    TaskKind.SUBMISSION_DELETION: remove_submission,
    TaskKind.MODEL_DELETION: remove_model,
    TaskKind.PLATFORM_POLL: poll_prolific,
    TaskKind.GOLD_CLIPS: make_in_background,
}


def _run(context: AppContext) -> None:
    # Check the schema here, because after a failed check in the application's start uvicorn would print a
    # traceback.
    context.require_current_schema()
    settings = context.settings
    app = create_app(context)
    _spare_the_collector()
    with (
        warned_about_limits(context.database, settings),
        TaskRunner(context, TASK_HANDLERS).running(),
        preloaded_pages(context),
    ):
        uvicorn.run(app, **server_options(settings))


def _spare_the_collector() -> None:
    """Collect garbage less often, and never scan the objects that were created before the first request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _print_links(demo: Demo, home: Path) -> None:
    lines = [
        "",
        "TI2V Bench is running.",
        f"  Vote          {demo.voting_link}",
        f"  Results       {demo.results_page}",
        f"  Sign in       {demo.sign_in_link}   (works once; signs you in as admin)",
        f"  Researcher    TI2V_KEY={demo.researcher_key}",
        f"  API           {demo.api}",
        f"  Data          {home.resolve()}   (TI2V_HOME)",
        "Stop with Ctrl-C; your data stays.",
        "",
    ]
    sys.stderr.write("\n".join(lines))
    sys.stderr.flush()
