"""`ti2v jobs`: creates, lists, cancels and retries jobs, on a server or in this machine's database."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import open_client, server_options
from benchmark.cli.parameters import comma_separated
from benchmark.plurals import counted
from benchmark.protocol import JobStatus

if TYPE_CHECKING:
    from benchmark.wire.jobs import CreateJobsRequest, CreateJobsResponse, JobResponse, JobsResponse

_COLUMNS = ("id", "model", "pair_id", "seed", "status", "worker", "failures")


@click.command()
@click.option("--model", required=True, help="Slug of a model that is registered or that a worker offers.")
@click.option("--benchmark", required=True, help="Slug of the benchmark; its newest version is used.")
@click.option(
    "--pairs",
    multiple=True,
    callback=comma_separated,
    metavar="ID,ID",
    help="Only these pairs (default: every pair); repeatable.",
)
@click.option(
    "--seeds",
    multiple=True,
    callback=comma_separated,
    metavar="N,N",
    help="Seeds of the clips (default: 0). One submission contains the clips of all seeds.",
)
@click.option("--label", default="", help="Label of the submission.")
@click.option(
    "--priority",
    default=0,
    show_default=True,
    help="Jobs with a higher number are generated first; -1000 to 1000.",
)
@server_options
def create(
    model: str,
    benchmark: str,
    pairs: list[str],
    seeds: list[str],
    label: str,
    priority: int,
    server: str | None,
    key: str | None,
) -> None:
    """Create jobs for a model's clips, and print the id of the submission that will contain the clips.

    Running the command again creates no duplicate jobs.
    """
    if not all(seed.isascii() and seed.isdecimal() for seed in seeds):
        raise click.BadParameter("write whole numbers from 0, separated by commas.", param_hint="--seeds")
    from benchmark.wire.jobs import CreateJobsRequest
    from benchmark.wire.validation import checked_request

    request = checked_request(
        CreateJobsRequest,
        model=model,
        benchmark=benchmark,
        pairs=pairs or None,
        seeds=[int(seed) for seed in seeds] or [0],
        label=label,
        priority=priority,
    )
    created = _create_on_server(request, server, key) if server else _create_here(request)
    for submission in dict.fromkeys(each.id for each in created.submissions):
        click.echo(submission)
    why = "" if created.jobs else ": every requested clip exists or is queued"
    click.echo(f"{counted(created.jobs, 'job')} queued{why}. List them with: ti2v jobs list", err=True)


@click.command("list")
@click.option("--submission", help="Only the jobs of this submission.")
@click.option("--model", help="Only the jobs of this model.")
@click.option(
    "--status", type=click.Choice([status.value for status in JobStatus]), help="Only jobs with this status."
)
@format_option
@server_options
def list_(
    submission: str | None,
    model: str | None,
    status: str | None,
    row_format: str,
    server: str | None,
    key: str | None,
) -> None:
    """Print jobs in the order of creation to stdout, and the number of jobs by status to stderr."""
    wanted = JobStatus(status) if status else None
    if server:
        pages = _pages_on_server(submission, model, wanted, server, key)
    else:
        pages = _page_here(submission, model, wanted)
    jobs = [job for page in pages for job in page.jobs]
    if RowFormat(row_format) is RowFormat.JSON:
        print_json([job.model_dump(mode="json") for job in jobs])
    else:
        print_rows([_row(job) for job in jobs], row_format)
    counts = pages[-1].counts
    click.echo(", ".join(f"{count} {status}" for status, count in counts.items()), err=True)


@click.command()
@click.argument("jobs", nargs=-1)
@click.option("--submission", help="Instead of JOBS: all queued and leased jobs of this submission.")
@server_options
def cancel(jobs: tuple[str, ...], submission: str | None, server: str | None, key: str | None) -> None:
    """Cancel JOBS, or all queued and leased jobs of a submission.

    A worker that is generating one of these clips gets an error when the worker renews the lease.
    """
    _change("cancel", jobs, submission, server, key)


@click.command()
@click.argument("jobs", nargs=-1)
@click.option("--submission", help="Instead of JOBS: all failed jobs of this submission.")
@server_options
def retry(jobs: tuple[str, ...], submission: str | None, server: str | None, key: str | None) -> None:
    """Queue failed or cancelled JOBS again, or all failed jobs of a submission."""
    _change("retry", jobs, submission, server, key)


def _change(
    verb: str, jobs: tuple[str, ...], submission: str | None, server: str | None, key: str | None
) -> None:
    if bool(jobs) is bool(submission):
        raise click.UsageError("Name jobs by their ids, or a submission with --submission.")
    if submission:
        changed = (
            _change_all_on_server(verb, submission, server, key)
            if server
            else _change_all_here(verb, submission)
        )
        click.echo(f"{counted(changed, 'job')} changed.", err=True)
        return
    for job in _change_on_server(verb, jobs, server, key) if server else _change_here(verb, jobs):
        click.echo(f"{job.id} {job.status}")


def _create_on_server(request: "CreateJobsRequest", server: str, key: str | None) -> "CreateJobsResponse":
    with open_client(server, key) as client:
        return client.jobs.create(request)


def _create_here(request: "CreateJobsRequest") -> "CreateJobsResponse":
    from app.cli.local import local_write
    from app.jobs.requests import create_jobs

    with local_write() as local:
        return create_jobs(local.session, request=request, principal=local.principal, now=local.now)


def _pages_on_server(
    submission: str | None, model: str | None, status: JobStatus | None, server: str, key: str | None
) -> "list[JobsResponse]":
    with open_client(server, key) as client:
        return list(client.jobs.pages(submission=submission, model=model, status=status))


def _page_here(submission: str | None, model: str | None, status: JobStatus | None) -> "list[JobsResponse]":
    from app.cli.local import local_read
    from app.jobs.queries import JOBS, JobFilter, jobs_page

    with local_read() as local:
        wanted = JobFilter(submission, model, status)
        return [jobs_page(local.session, local.principal, wanted, JOBS.everything())]


def _change_on_server(
    verb: str, jobs: Sequence[str], server: str, key: str | None
) -> "Iterator[JobResponse]":
    with open_client(server, key) as client:
        change = client.jobs.cancel if verb == "cancel" else client.jobs.retry
        for job in jobs:
            yield change(job)


def _change_here(verb: str, jobs: Sequence[str]) -> "Iterator[JobResponse]":
    from app.cli.local import local_write
    from app.jobs import service
    from app.jobs.queries import job_response, listed_job

    change = service.cancel_job if verb == "cancel" else service.retry_job
    for public_id in jobs:
        with local_write() as local:
            job = service.find_job(local.session, public_id=public_id, principal=local.principal)
            change(local.session, job=job, principal=local.principal, now=local.now)
            changed = job_response(listed_job(local.session, job))
        yield changed


def _change_all_on_server(verb: str, submission: str, server: str, key: str | None) -> int:
    with open_client(server, key) as client:
        return (client.jobs.cancel_all if verb == "cancel" else client.jobs.retry_all)(submission)


def _change_all_here(verb: str, submission: str) -> int:
    from app.cli.local import local_write
    from app.jobs import service

    change = service.cancel_jobs if verb == "cancel" else service.retry_jobs
    with local_write() as local:
        row = service.find_submission(local.session, public_id=submission, principal=local.principal)
        return change(local.session, submission=row, principal=local.principal, now=local.now)


def _row(job: "JobResponse") -> dict[str, object]:
    message = job.failure.message if job.failure else None
    return {**{name: getattr(job, name) for name in _COLUMNS}, "failure": message}
