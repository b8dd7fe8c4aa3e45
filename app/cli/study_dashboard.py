"""`ti2v study dashboard`: prints a study's progress, active annotators and reported clips."""

from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, text_table
from app.cli.server_options import open_client, server_options
from benchmark.plurals import counted

if TYPE_CHECKING:
    from benchmark.wire.dashboard import DashboardResponse


@click.command()
@click.argument("slug")
@format_option
@server_options
def dashboard(slug: str, row_format: str, server: str | None, key: str | None) -> None:
    """Print the votes, remaining time, active annotators and reported clips of your study SLUG."""
    if server:
        with open_client(server, key) as client:
            found = client.studies.dashboard(slug)
    else:
        found = _dashboard_here(slug)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(found.model_dump(mode="json"))
        return
    left = "unknown" if found.hours_left is None else f"{found.hours_left:g} hours"
    click.echo(f"{slug}: {found.votes} of {found.votes_wanted} votes, time left: {left}")
    active = counted(len(found.active), "active annotator")
    click.echo(f"{counted(found.hours[-1].votes, 'vote')} in this hour, {active}")
    for rows in (found.active, found.clip_reports):
        for line in text_table([each.model_dump(mode="json") for each in rows]) if rows else ():
            click.echo(line)


def _dashboard_here(slug: str) -> "DashboardResponse":
    from app.cli.local import local_read
    from app.dashboard.queries import dashboard
    from app.security.visibility import find_study

    with local_read() as local:
        study = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        return dashboard(local.session, study, now=local.now)
