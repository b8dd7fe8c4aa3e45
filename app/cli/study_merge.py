"""`ti2v study merge`: merges the votes of a study with the report of another server."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options
from benchmark.plurals import counted

if TYPE_CHECKING:
    from benchmark.report.reader import StudyReport


@click.command()
@click.argument("slug")
@click.argument("report", type=click.Path(exists=True, path_type=Path))
@click.option("--study", required=True, metavar="NEW", help="Slug of the new study.")
@click.option("--title", default="", help="Title of the new study (default: its slug).")
@click.option("--dry-run", is_flag=True, help="Check the report and list all problems; store nothing.")
@server_options
def merge(
    slug: str, report: Path, study: str, title: str, dry_run: bool, server: str | None, key: str | None
) -> None:
    """Merge the votes of the closed study SLUG with REPORT, and store the result as the closed study NEW.

    REPORT is the folder or the ZIP file of a report that another server wrote for the same clips. Merging the
    same votes again changes nothing. The command prints the slug of the new study.
    """
    if server:
        result = _merge_on_server(slug, report, study, title, dry_run, server, key)
    else:
        result = _merge_here(slug, report, study, title, dry_run)
    size = ", ".join(counted(int(result[f"{name}s"]), name) for name in ("vote", "matchup", "annotator"))
    outcome = "merged before, nothing changed"
    if result["merged"]:
        outcome = "merged"
    elif dry_run:
        outcome = "nothing merged (dry run)"
    click.echo(f"{size}: {outcome}.", err=True)
    click.echo(study)


def _merge_on_server(
    slug: str, report: Path, study: str, title: str, dry_run: bool, server: str, key: str | None
) -> dict[str, int | bool]:
    from app.cli.server_tasks import finished_task

    with open_client(server, key) as client:
        queued = client.imports.merge(slug, report, study=study, title=title, dry_run=dry_run)
        return finished_task(client, queued)


def _merge_here(slug: str, report: Path, study: str, title: str, dry_run: bool) -> dict[str, int | bool]:
    from dataclasses import asdict

    from app.cli.local import local_write
    from app.security.visibility import find_study
    from app.vote_merge.service import plan_merge, store_merge

    read = _read(report)
    with local_write() as local:
        found = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        result = store_merge(
            local.session,
            merge=plan_merge(local.session, study=found, report=read, slug=study),
            title=title,
            principal=local.principal,
            now=local.now,
            dry_run=dry_run,
        )
    return asdict(result)


def _read(report: Path) -> "StudyReport":
    from app.cli.local import open_settings
    from app.media.sandbox import Sandbox
    from app.vote_merge.archive import report_in
    from benchmark.report.reader import ReportError, read_report

    try:
        if report.is_dir():
            return read_report(report)
        settings = open_settings()
        with Sandbox(children=1) as sandbox:
            return report_in(report, sandbox=sandbox, home=settings.home, max_bytes=settings.max_import_bytes)
    except ReportError as error:
        raise click.ClickException(str(error)) from error
