"""`ti2v jobs`: ask for clips and look after their jobs, on a server or on this machine's database."""

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import server_options
from benchmark.plurals import counted

# As in app/tables/jobs.py, written out so that --help loads no database.
STATUSES = ("queued", "leased", "done", "failed", "cancelled")
_COLUMNS = ("id", "model", "pair_id", "seed", "status", "worker", "failures")


def _split(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> list[str]:
    return [word for text in texts for word in text.replace(",", " ").split()]


@click.command()
@click.option("--model", required=True, help="Slug of a model that is registered or that a worker offers.")
@click.option("--benchmark", required=True, help="Slug of the benchmark; its newest version is taken.")
@click.option(
    "--pairs",
    multiple=True,
    callback=_split,
    metavar="ID,ID",
    help="Only these pairs; every pair otherwise. May be given several times.",
)
@click.option(
    "--seeds",
    multiple=True,
    callback=_split,
    metavar="N,N",
    help="Seeds of the clips (default: 0). The submission holds them all.",
)
@click.option("--label", default="", help="Label of the submission.")
@click.option("--priority", default=0, show_default=True, help="Higher comes first; -1000 to 1000.")
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
    """Ask for the clips of a model; prints the id of the submission that will hold them.

    Asking again makes nothing twice.
    """
    from app.cli.jobs_desk import open_desk

    if not all(seed.isascii() and seed.isdecimal() for seed in seeds):
        raise click.BadParameter("seeds are whole numbers from 0.", param_hint="--seeds")
    body: dict[str, object] = {
        "model": model,
        "benchmark": benchmark,
        "label": label,
        "priority": priority,
        "seeds": [int(seed) for seed in seeds] or [0],
    }
    if pairs:
        body["pairs"] = pairs
    with open_desk(server, key) as desk:
        asked = desk.create(body)
    for id in dict.fromkeys(each["id"] for each in asked["submissions"]):
        click.echo(id)
    why = "" if asked["jobs"] else ": every clip asked for is there or on its way"
    click.echo(f"{counted(asked['jobs'], 'job')} queued{why}. Look at them with: ti2v jobs list", err=True)


@click.command("list")
@click.option("--submission", help="Only the jobs of this submission.")
@click.option("--model", help="Only the jobs of this model.")
@click.option("--status", type=click.Choice(STATUSES), help="Only jobs of this status.")
@format_option
@server_options
def list_(row_format: str, server: str | None, key: str | None, **only: str | None) -> None:
    """Print jobs in the order they were asked for; how many there are of each status goes to stderr."""
    from app.cli.jobs_desk import open_desk

    query = {name: value for name, value in only.items() if value is not None}
    with open_desk(server, key) as desk:
        page = desk.page(query, None)
        jobs = list(page["jobs"])
        while page["next_cursor"] is not None:
            page = desk.page(query, page["next_cursor"])
            jobs += page["jobs"]
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(jobs)
    else:
        print_rows([_row(job) for job in jobs], row_format)
    click.echo(", ".join(f"{count} {status}" for status, count in page["counts"].items()), err=True)


@click.command()
@click.argument("jobs", nargs=-1)
@click.option("--submission", help="All that is still queued or leased in this submission.")
@server_options
def cancel(jobs: tuple[str, ...], submission: str | None, server: str | None, key: str | None) -> None:
    """Cancel JOBS, or all of a submission; a worker that makes one learns it when it renews its lease."""
    _change("cancel", jobs, submission, server, key)


@click.command()
@click.argument("jobs", nargs=-1)
@click.option("--submission", help="All that failed in this submission.")
@server_options
def retry(jobs: tuple[str, ...], submission: str | None, server: str | None, key: str | None) -> None:
    """Put JOBS that failed or were cancelled back as if they were new, or all a submission's failed ones."""
    _change("retry", jobs, submission, server, key)


def _change(
    verb: str, jobs: tuple[str, ...], submission: str | None, server: str | None, key: str | None
) -> None:
    from app.cli.jobs_desk import Change, open_desk

    if bool(jobs) is bool(submission):
        raise click.UsageError("Name jobs, or a submission with --submission.")
    with open_desk(server, key) as desk:
        if submission:
            changed = desk.change_all(Change(verb), submission)["jobs"]
            click.echo(f"{counted(changed, 'job')} changed.", err=True)
            return
        for job in jobs:
            answer = desk.change_job(Change(verb), job)
            click.echo(f"{answer['id']} {answer['status']}")


def _row(job: dict[str, object]) -> dict[str, object]:
    failure = job["failure"]
    message = failure["message"] if isinstance(failure, dict) else None
    return {**{name: job[name] for name in _COLUMNS}, "failure": message}
