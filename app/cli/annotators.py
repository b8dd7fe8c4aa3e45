"""`ti2v study annotators | exclude | reinstate`: lists annotators, excludes and reinstates votes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import open_client, server_options

if TYPE_CHECKING:
    from benchmark.wire.annotators import AnnotatorResponse, ChangeResponse, DecisionRequest

_SHOWN = ("annotator", "votes", "gold", "left", "median_ms", "agreement", "longest_run", "same_ticks")

reason_option = click.option("--reason", required=True, help="Reason, stored with the votes or the flag.")
matchup_option = click.option(
    "--matchup", metavar="REF:OTHER", help="Together with --pair: change only the vote on one comparison."
)
pair_option = click.option("--pair", help="Together with --matchup: the pair of that comparison.")


@click.command("annotators")
@click.argument("slug")
@format_option
@server_options
def list_(slug: str, row_format: str, server: str | None, key: str | None) -> None:
    """Print the annotators of SLUG with figures, flags and vote counts by status.

    Shares are in percent; docs/annotators.md explains each column.
    """
    rows = _annotators_on_server(slug, server, key) if server else _annotators_here(slug)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json([row.model_dump(mode="json") for row in rows])
        return
    print_rows([_line(row) for row in rows], row_format)


@click.command()
@click.argument("slug")
@click.argument("annotator")
@reason_option
@matchup_option
@pair_option
@server_options
def exclude(
    slug: str,
    annotator: str,
    reason: str,
    matchup: str | None,
    pair: str | None,
    server: str | None,
    key: str | None,
) -> None:
    """Exclude the votes of ANNOTATOR from the results of SLUG, and print the number of excluded votes.

    Nothing is deleted: `ti2v study reinstate` reverses the exclusion. Running the command twice changes
    nothing.
    """
    changed = _decide("exclude", slug, annotator, _request(reason, matchup, pair), server, key)
    click.echo(f"excluded {changed.excluded}")


@click.command()
@click.argument("slug")
@click.argument("annotator")
@reason_option
@matchup_option
@pair_option
@server_options
def reinstate(
    slug: str,
    annotator: str,
    reason: str,
    matchup: str | None,
    pair: str | None,
    server: str | None,
    key: str | None,
) -> None:
    """Reinstate the excluded votes of ANNOTATOR in SLUG, and print the number of votes per new status.

    A vote becomes surplus and does not count if other votes have filled its panel in the meantime.
    """
    changed = _decide("reinstate", slug, annotator, _request(reason, matchup, pair), server, key)
    click.echo(f"valid {changed.valid}\nsurplus {changed.surplus}")


def _line(row: "AnnotatorResponse") -> dict[str, object]:
    standing = "excluded" if row.excluded_at else "left" if row.left_at else "valid"
    figures = {name: getattr(row, name) for name in _SHOWN}
    return figures | {"noticed": " ".join(row.flags), "standing": standing}


def _annotators_on_server(slug: str, server: str, key: str | None) -> "Sequence[AnnotatorResponse]":
    with open_client(server, key) as client:
        return client.studies.annotators(slug)


def _annotators_here(slug: str) -> "Sequence[AnnotatorResponse]":
    from app.annotators.queries import ANNOTATORS, AnnotatorFilter, annotators_page
    from app.cli.local import local_read
    from app.security.visibility import find_study

    with local_read() as local:
        study = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        page = ANNOTATORS.everything()
        return annotators_page(local.session, study, AnnotatorFilter(), page).annotators


def _request(reason: str, matchup: str | None, pair: str | None) -> "DecisionRequest":
    from benchmark.wire.annotators import DecisionRequest
    from benchmark.wire.validation import checked_request

    return checked_request(DecisionRequest, reason=reason, matchup=matchup, pair=pair)


def _decide(
    verb: str, slug: str, annotator: str, request: "DecisionRequest", server: str | None, key: str | None
) -> "ChangeResponse":
    if server:
        with open_client(server, key) as client:
            decide = client.studies.exclude if verb == "exclude" else client.studies.reinstate
            return decide(slug, annotator, request)
    return _decide_here(verb, slug, annotator, request)


def _decide_here(verb: str, slug: str, annotator: str, request: "DecisionRequest") -> "ChangeResponse":
    from app.annotators import decisions
    from app.cli.local import local_write
    from app.clock import utc_now
    from app.security.participants import lock_study
    from app.security.visibility import find_study

    decide = decisions.exclude if verb == "exclude" else decisions.reinstate
    with local_write() as local:
        study = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        return decide(
            local.session,
            study=lock_study(local.session, study.id),
            pseudonym=annotator,
            request=request,
            principal=local.principal,
            now=utc_now(),
        )
