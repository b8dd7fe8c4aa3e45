"""`ti2v submission gold`: makes gold questions from the clips of a submission, and records decisions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import open_client, server_options
from benchmark.protocol import GoldKind, GoldStatus
from benchmark.wire.gold_clips import MAX_GOLD_CLIPS

if TYPE_CHECKING:
    from app.cli.local import LocalSession
    from app.tables.submissions import Submission
    from benchmark.wire.gold_clips import GoldClipsResponse

_COLUMNS = ("pair", "kind", "status", "prompt")


@click.command()
@click.argument("submission")
@click.option(
    "--count",
    type=click.IntRange(1, MAX_GOLD_CLIPS),
    default=12,
    show_default=True,
    help="Number of gold questions.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([each.value for each in GoldKind]),
    help="Kind of the wrong clips; repeatable (default: all kinds).",
)
@server_options
def make(submission: str, count: int, kinds: tuple[str, ...], server: str | None, key: str | None) -> None:
    """Make wrong clips from the final submission SUBMISSION (id, model or model@label).

    With --server, the command waits until the clips are made. Without --server, the server of this machine
    makes the clips, and the command prints the number of the task.
    """
    wanted = [GoldKind(each) for each in kinds] or list(GoldKind)
    if server:
        from app.cli.server_tasks import finished_task

        with open_client(server, key) as client:
            result = finished_task(client, client.gold_clips.make(submission, count=count, kinds=wanted))
        click.echo(result["questions"])
        return
    click.echo(_queue_here(submission, count, wanted))


@click.command()
@click.argument("submission")
@click.option("--confirm", multiple=True, metavar="PAIR", help="Confirm the question of a pair; repeatable.")
@click.option("--reject", multiple=True, metavar="PAIR", help="Reject the question of a pair; repeatable.")
@click.option("--discard", is_flag=True, help="Withdraw all wrong clips, so that you can make others.")
@format_option
@server_options
def gold(
    submission: str,
    confirm: tuple[str, ...],
    reject: tuple[str, ...],
    discard: bool,
    row_format: str,
    server: str | None,
    key: str | None,
) -> None:
    """Record the decisions, and print the gold questions made from SUBMISSION (id, model or model@label)."""
    decisions = [(each, GoldStatus.CONFIRMED) for each in confirm]
    decisions += [(each, GoldStatus.REJECTED) for each in reject]
    if discard and decisions:
        raise click.UsageError("--discard withdraws all questions. Use it without --confirm and --reject.")
    found = (
        _on_server(submission, decisions, discard, server, key)
        if server
        else _here(submission, decisions, discard)
    )
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(found.model_dump(mode="json"))
    else:
        print_rows([{name: getattr(row, name) for name in _COLUMNS} for row in found.clips], row_format)


def _on_server(
    submission: str, decisions: Sequence[tuple[str, GoldStatus]], discard: bool, server: str, key: str | None
) -> "GoldClipsResponse":
    with open_client(server, key) as client:
        for pair, status in decisions:
            client.gold_clips.decide(submission, pair, status)
        if discard:
            client.gold_clips.discard(submission)
        return client.gold_clips.list(submission)


def _here(submission: str, decisions: Sequence[tuple[str, GoldStatus]], discard: bool) -> "GoldClipsResponse":
    from app.cli.local import local_write
    from app.gold_clips import service
    from app.gold_clips.queries import gold_clips_response

    with local_write() as local:
        source = _source(local, submission)
        for pair, status in decisions:
            service.decide(
                local.session,
                source=source,
                pair=pair,
                status=status,
                principal=local.principal,
                now=local.now,
            )
        if discard:
            service.discard(local.session, source=source, principal=local.principal, now=local.now)
        return gold_clips_response(local.session, source)


def _queue_here(submission: str, count: int, kinds: list[GoldKind]) -> int:
    from app.cli.local import local_write
    from app.gold_clips.service import queue_gold_clips
    from benchmark.wire.gold_clips import GoldClipsRequest

    with local_write() as local:
        task = queue_gold_clips(
            local.session,
            source=_source(local, submission),
            request=GoldClipsRequest(count=count, kinds=kinds),
            principal=local.principal,
            now=local.now,
        )
        return task.id


def _source(local: "LocalSession", submission: str) -> "Submission":
    from app.submissions.names import submission_id
    from app.submissions.service import find_submission

    public_id = submission_id(local.session, submission, principal=local.principal)
    return find_submission(local.session, public_id=public_id, principal=local.principal, for_change=True)
