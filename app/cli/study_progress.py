"""`ti2v study list | status | check`: shows studies on a server or in this machine's database."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows, text_table
from app.cli.server_options import open_client, server_options
from benchmark.plurals import counted
from benchmark.protocol import StudyStatus, TaskStatus

if TYPE_CHECKING:
    from benchmark.wire.studies import PreparationResponse, StudyResponse


@click.command("list")
@click.option(
    "--status", type=click.Choice([each.value for each in StudyStatus]), help="Only studies with this status."
)
@click.option("--archived", is_flag=True, help="Only archived studies.")
@click.option("--deleted", is_flag=True, help="Only deleted studies that can still be restored.")
@format_option
@server_options
def list_(
    status: str | None, archived: bool, deleted: bool, row_format: str, server: str | None, key: str | None
) -> None:
    """Print studies, newest first. Archived and deleted studies are left out unless requested.

    With --server, the command prints the studies that you may see; without --server, all studies of this
    machine.
    """
    wanted = StudyStatus(status) if status else None
    if server:
        with open_client(server, key) as client:
            studies: Sequence[StudyResponse] = client.studies.list(
                status=wanted, archived=archived, deleted=deleted
            )
    else:
        studies = _studies_here(wanted, archived=archived, deleted=deleted)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json([study.model_dump(mode="json") for study in studies])
        return
    columns = ("slug", "status", "benchmark", "votes", "votes_wanted", "annotators", "title")
    print_rows([{name: getattr(study, name) for name in columns} for study in studies], row_format)


@click.command()
@click.argument("slug")
@format_option
@server_options
def status(slug: str, row_format: str, server: str | None, key: str | None) -> None:
    """Print the number of votes of the study SLUG, in total and for each matchup."""
    study = _study_on_server(slug, server, key) if server else _study_here(slug)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(study.model_dump(mode="json"))
        return
    counts = f"{study.votes} of {study.votes_wanted} votes by {counted(study.annotators, 'annotator')}"
    click.echo(f"{study.slug}: {study.status}, {counts}")
    if study.preparation is not None and study.preparation.status is not TaskStatus.DONE:
        click.echo(_preparation_line(study.preparation))
    columns = ("reference", "other", "comparisons", "votes", "close_reason")
    for line in text_table(
        [{name: getattr(matchup, name) for name in columns} for matchup in study.matchups]
    ):
        click.echo(line)
    print_losses(study)


@click.command()
@click.argument("slug")
@server_options
def check(slug: str, server: str | None, key: str | None) -> None:
    """Recount the votes of SLUG, and compare the counts with the stored counters."""
    differences = _differences_on_server(slug, server, key) if server else _differences_here(slug)
    for difference in differences:
        click.echo(difference)
    if differences:
        raise click.ClickException(f"{len(differences)} counters differ from a recount.")
    click.echo("Every counter agrees with a recount of the votes.", err=True)


def _studies_here(status: StudyStatus | None, *, archived: bool, deleted: bool) -> "Sequence[StudyResponse]":
    from app.cli.local import local_read
    from app.studies.queries import STUDIES, StudyFilter, studies_page

    with local_read() as local:
        page = STUDIES.everything()
        return studies_page(
            local.session, local.principal, StudyFilter(status, archived=archived, deleted=deleted), page
        ).studies


def _study_on_server(slug: str, server: str, key: str | None) -> "StudyResponse":
    with open_client(server, key) as client:
        return client.studies.get(slug)


def _study_here(slug: str) -> "StudyResponse":
    from app.cli.local import local_read
    from app.security.visibility import find_study
    from app.studies.queries import study_response

    with local_read() as local:
        study = find_study(local.session, slug=slug, principal=local.principal)
        return study_response(local.session, study)


def _differences_on_server(slug: str, server: str, key: str | None) -> Sequence[str]:
    with open_client(server, key) as client:
        return client.studies.check(slug)


def _differences_here(slug: str) -> Sequence[str]:
    from app.cli.local import local_read
    from app.results.live.recount import recount
    from app.security.visibility import find_study

    with local_read() as local:
        study = find_study(local.session, slug=slug, principal=local.principal)
        return recount(local.session, study)


def _preparation_line(preparation: "PreparationResponse") -> str:
    line = f"Renditions: {preparation.status}, {preparation.done} of {preparation.total} comparisons prepared"
    return f"{line}. {preparation.error}" if preparation.error else line


def print_losses(study: "StudyResponse") -> None:
    """Print one sentence for each side of a matchup: which parts of its clips annotators do not see."""
    losses = [loss.sentence for matchup in study.matchups for loss in matchup.rendition_losses]
    for sentence in losses:
        click.echo(sentence, err=True)
    if losses:
        click.echo(
            f"Annotators do not see these parts (renditions: {study.renditions}). To keep them, create the "
            "study with --renditions letterbox, keep_longer or native, or submit clips of one size, length "
            "and frame rate.",
            err=True,
        )
