"""Options of commands that send requests to a server."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from benchmark.client.client import Client

Command = TypeVar("Command", bound=Callable[..., None])


def server_options(command: Command) -> Command:
    """Add the options --server and --key, which `open_client` uses to connect."""
    key = click.option("--key", envvar="TI2V_KEY", show_envvar=True, help="Your key on that server.")
    server = click.option(
        "--server",
        envvar="TI2V_SERVER",
        show_envvar=True,
        help="Address of the server, such as https://bench.example.",
    )
    return server(key(command))


def open_client(server: str | None, key: str | None) -> "Client":
    """Return an API client that prints a line to stderr whenever it retries a request."""
    from benchmark.client.client import Client

    return Client(server, key, on_retry=lambda sentence: click.echo(sentence, err=True))
