"""`ti2v submission`: lists, shows and withdraws submissions, on a server or in this machine's database."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import open_client, server_options
from benchmark.cli.problems import examples, verbose_option
from benchmark.plurals import counted
from benchmark.protocol import SubmissionStatus

if TYPE_CHECKING:
    from benchmark.wire.submissions import SubmissionDetailResponse, SubmissionResponse

_COLUMNS = ("id", "model", "label", "benchmark", "benchmark_version", "status", "received", "expected")


@click.command("list")
@click.option("--model", help="Only submissions of this model.")
@click.option("--benchmark", help="Only submissions for this benchmark.")
@click.option(
    "--status",
    type=click.Choice([each.value for each in SubmissionStatus]),
    help="Only submissions with this status.",
)
@format_option
@server_options
def list_(
    model: str | None,
    benchmark: str | None,
    status: str | None,
    row_format: str,
    server: str | None,
    key: str | None,
) -> None:
    """Print submissions, newest first.

    With --server, the command prints your own submissions; without --server, all submissions of this machine.
    """
    wanted = SubmissionStatus(status) if status else None
    if server:
        rows = _list_on_server(model, benchmark, wanted, server, key)
    else:
        rows = _list_here(model, benchmark, wanted)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json([row.model_dump(mode="json") for row in rows])
    else:
        print_rows([{name: getattr(row, name) for name in _COLUMNS} for row in rows], row_format)


@click.command()
@click.argument("submission")
@format_option
@verbose_option
@server_options
def show(submission: str, row_format: str, server: str | None, key: str | None) -> None:
    """Print a submission (id, model or model@label), its missing clips and the warnings about its clips."""
    found = _show_on_server(submission, server, key) if server else _show_here(submission)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(found.model_dump(mode="json"))
        return
    side = f"{found.model}@{found.label}" if found.label else found.model
    partial = ", partial" if found.is_partial else ""
    click.echo(f"{found.id}: {side} on {found.benchmark} {found.benchmark_version}, {found.status}{partial}")
    click.echo(f"{found.received} of {counted(found.expected, 'clip')}")
    for line in examples([f"{name}: missing" for name in found.missing]):
        click.echo(f"  {line}")
    for line in examples([f"Warning: {problem}" for problem in found.problems]):
        click.echo(f"  {line}")


@click.command()
@click.argument("submission")
@click.option(
    "--reason", required=True, help="Reason, stored in the audit log and shown with closed matchups."
)
@server_options
def withdraw(submission: str, reason: str, server: str | None, key: str | None) -> None:
    """Withdraw a submission (id, model or model@label) from every running study, and print the new status.

    Existing votes are kept and still count. The submission's label can be used again.
    """
    if server:
        with open_client(server, key) as client:
            status = client.submissions.withdraw(submission, reason).status
    else:
        status = _withdraw_here(submission, reason)
    click.echo(status)


def _list_on_server(
    model: str | None, benchmark: str | None, status: SubmissionStatus | None, server: str, key: str | None
) -> "Sequence[SubmissionResponse]":
    with open_client(server, key) as client:
        return client.submissions.list(model=model, benchmark=benchmark, status=status)


def _list_here(
    model: str | None, benchmark: str | None, status: SubmissionStatus | None
) -> "Sequence[SubmissionResponse]":
    from app.cli.local import local_read
    from app.submissions.queries import SUBMISSIONS, SubmissionFilter, submissions_page

    wanted = SubmissionFilter(model=model, benchmark=benchmark, status=status)
    with local_read() as local:
        page = SUBMISSIONS.everything()
        return submissions_page(local.session, local.principal, wanted, page).submissions


def _show_on_server(submission: str, server: str, key: str | None) -> "SubmissionDetailResponse":
    with open_client(server, key) as client:
        return client.submissions.get(submission)


def _show_here(submission: str) -> "SubmissionDetailResponse":
    from app.cli.local import local_read
    from app.submissions.names import submission_id
    from app.submissions.queries import submission_detail
    from app.submissions.service import find_submission

    with local_read() as local:
        name = submission_id(local.session, submission, principal=local.principal)
        row = find_submission(local.session, public_id=name, principal=local.principal)
        return submission_detail(local.session, row)


def _withdraw_here(public_id: str, reason: str) -> SubmissionStatus:
    from app.cli.local import local_write
    from app.jobs.service import cancel_all_jobs
    from app.submissions.names import submission_id
    from app.submissions.service import find_submission
    from app.submissions.withdrawal import withdraw as withdraw_submission
    from benchmark.wire.submissions import ReasonRequest
    from benchmark.wire.validation import checked_request

    request = checked_request(ReasonRequest, reason=reason)
    with local_write() as local:
        session = local.session
        name = submission_id(session, public_id, principal=local.principal)
        row = find_submission(session, public_id=name, principal=local.principal, for_change=True)
        withdraw_submission(session, submission=row, reason=request.reason, principal=local.principal)
        cancel_all_jobs(session, submission=row, now=local.now)
        return row.status
