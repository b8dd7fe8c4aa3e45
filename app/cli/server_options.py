"""The options of commands that speak to a server."""

from collections.abc import Callable
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., None])


def server_options(command: Command) -> Command:
    """Add --server and --key; rest.py opens what they name."""
    key = click.option("--key", envvar="TI2V_KEY", show_envvar=True, help="Your key on that server.")
    server = click.option(
        "--server", envvar="TI2V_SERVER", show_envvar=True, help="Its address, such as https://bench.example."
    )
    return server(key(command))
