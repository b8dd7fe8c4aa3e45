"""`ti2v study extend | reopen | protocols`: changes an opened study, and shows its protocol versions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import open_client, server_options
from app.cli.submission_refs import matchup_named

if TYPE_CHECKING:
    from benchmark.wire.studies import StudyResponse
    from benchmark.wire.study_changes import ExtensionRequest, ProtocolResponse


@click.command()
@click.argument("slug")
@click.option(
    "--matchup",
    "matchups",
    multiple=True,
    metavar="REF:OTHER",
    help="Two submissions to compare, each as model, model@label or id, with #SEED to choose "
    "the clips of a seed; repeatable.",
)
@click.option("--votes", type=int, help="Number of votes per comparison; odd, and larger than before.")
@server_options
def extend(
    slug: str, matchups: tuple[str, ...], votes: int | None, server: str | None, key: str | None
) -> None:
    """Add matchups to the running study SLUG, or raise its votes per comparison.

    Votes that were cast before do not change. The command prints the new version of the study's protocol.
    """
    request = _request(matchups, votes)
    if server:
        with open_client(server, key) as client:
            study = client.studies.extend(slug, request)
    else:
        study = _extend_here(slug, request)
    click.echo(study.protocol_version)


@click.command()
@click.argument("slug")
@server_options
def reopen(slug: str, server: str | None, key: str | None) -> None:
    """Open the closed study SLUG again, under a new version of its protocol, and print the new status."""
    click.echo(change_study("reopen", slug, server, key).status)


@click.command("end-pilot")
@click.argument("slug")
@server_options
def end_pilot(slug: str, server: str | None, key: str | None) -> None:
    """End the pilot of the study SLUG, and print the new status.

    The results count only the votes of people who join after the pilot.
    """
    click.echo(change_study("end_pilot", slug, server, key).status)


@click.command()
@click.argument("slug")
@format_option
@server_options
def protocols(slug: str, row_format: str, server: str | None, key: str | None) -> None:
    """Print the versions of the protocol of the study SLUG, the oldest first."""
    versions = _protocols_on_server(slug, server, key) if server else _protocols_here(slug)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json([each.model_dump(mode="json") for each in versions])
        return
    columns = ("version", "created_at", "change")
    print_rows([{name: getattr(each, name) for name in columns} for each in versions], row_format)


def _request(matchups: Sequence[str], votes: int | None) -> "ExtensionRequest":
    from benchmark.wire.study_changes import ExtensionRequest
    from benchmark.wire.validation import checked_request

    wanted = [matchup_named(text) for text in matchups]
    return checked_request(ExtensionRequest, matchups=wanted, votes_per_comparison=votes)


def _extend_here(slug: str, request: "ExtensionRequest") -> "StudyResponse":
    from app.cli.local import local_write
    from app.security.participants import lock_study
    from app.security.visibility import find_study
    from app.studies.extension import extend_study
    from app.studies.queries import study_response

    with local_write() as local:
        found = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        study = lock_study(local.session, found.id)
        extend_study(local.session, study=study, request=request, principal=local.principal, now=local.now)
        return study_response(local.session, study)


def change_study(change: str, slug: str, server: str | None, key: str | None) -> "StudyResponse":
    """Reopen a study, or start or end its pilot, on a server or in the local database."""
    if not server:
        return _change_here(change, slug)
    with open_client(server, key) as client:
        changes = {
            "reopen": client.studies.reopen,
            "start_pilot": client.studies.start_pilot,
            "end_pilot": client.studies.end_pilot,
        }
        return changes[change](slug)


def _change_here(change: str, slug: str) -> "StudyResponse":
    from app.cli.local import local_write
    from app.security.participants import lock_study
    from app.security.visibility import find_study
    from app.studies import extension, pilot
    from app.studies.queries import study_response

    changes = {
        "reopen": extension.reopen_study,
        "start_pilot": pilot.start_pilot,
        "end_pilot": pilot.end_pilot,
    }
    with local_write() as local:
        found = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        study = lock_study(local.session, found.id)
        changes[change](local.session, study=study, principal=local.principal, now=local.now)
        return study_response(local.session, study)


def _protocols_on_server(slug: str, server: str, key: str | None) -> "Sequence[ProtocolResponse]":
    with open_client(server, key) as client:
        return client.studies.protocols(slug)


def _protocols_here(slug: str) -> "Sequence[ProtocolResponse]":
    from app.cli.local import local_read
    from app.security.visibility import find_study
    from app.studies.queries import protocols_response

    with local_read() as local:
        study = find_study(local.session, slug=slug, principal=local.principal)
        return protocols_response(local.session, study).protocols
