"""Waits for the background task of an import on a server."""

from typing import TYPE_CHECKING

import click

from benchmark.cli.problems import examples
from benchmark.protocol import TaskStatus

if TYPE_CHECKING:
    from benchmark.client.client import Client
    from benchmark.wire.tasks import TaskResponse


def finished_task(client: "Client", queued: "TaskResponse") -> dict[str, int | bool]:
    """Wait until a task has ended, and return its result.

    Raises:
        click.ClickException: the task failed; its problems are printed to stdout first.
    """
    click.echo(f"Sent; the server runs task {queued.id}.", err=True)
    task = client.tasks.wait(queued.id)
    if task.status is TaskStatus.FAILED:
        for problem in examples(task.problems):
            click.echo(problem)
        raise click.ClickException(task.error)
    return task.result or {}
