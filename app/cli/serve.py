"""`ti2v up` and `ti2v serve`: start the server."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_options = (
    click.option("--host", help="Address to listen on (default: TI2V_HOST)."),
    click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: TI2V_PORT)."),
)


def _where_to_listen(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_options):
        command = option(command)
    return command


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector while modules are imported.

    Without the pause, the garbage collector would take a tenth of the start-up time and find no garbage.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.command()
@_where_to_listen
def up(host: str | None, port: int | None) -> None:
    """Upgrade the database, load the demo if the database is empty, and start the server.

    The command prints the voting link, the results link, an admin's sign-in link and a researcher's key.
    """
    with _collector_paused():
        from app import server
        from app.cli.local import open_settings

    server.up(open_settings(host=host, port=port))


@click.command()
@_where_to_listen
def serve(host: str | None, port: int | None) -> None:
    """Start the server.

    The database must already have the current schema; `ti2v serve` does not upgrade the database.
    """
    with _collector_paused():
        from app import server
        from app.cli.local import open_database, open_settings

    settings = open_settings(host=host, port=port)
    with open_database(settings):
        pass  # Refuse an old schema with a one-sentence message before the server starts.
    server.serve(settings)
