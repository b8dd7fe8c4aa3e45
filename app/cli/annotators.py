"""`ti2v study annotators | exclude | reinstate`: who votes, and votes taken out with a reason."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import server_options

if TYPE_CHECKING:
    from app.cli.http import JsonObject

_SHOWN = ("annotator", "votes", "gold", "left", "median_ms", "agreement", "longest_run", "same_ticks")

reason_option = click.option(
    "--reason", required=True, help="Why; kept with the votes and in the audit list."
)
matchup_option = click.option(
    "--matchup", metavar="REF:OTHER", help="With --pair: only the vote on that comparison."
)
pair_option = click.option("--pair", help="With --matchup: the pair id of that comparison.")


@click.command("annotators")
@click.argument("slug")
@format_option
@server_options
def list_(slug: str, row_format: str, server: str | None, key: str | None) -> None:
    """Print the annotators of SLUG: figures, what was noticed, what their votes count as.

    Shares are in percent; docs/annotators.md says what each means.
    """
    rows = _annotators(slug, server, key)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(rows)
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
    """Take the votes of ANNOTATOR in SLUG out of the results; prints how many.

    Nothing is deleted, and `ti2v study reinstate` counts them again. Done twice it changes nothing.
    """
    changed = _decide("exclude", slug, annotator, _body(reason, matchup, pair), server, key)
    click.echo(f"excluded {changed['excluded']}")


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
    """Count what was excluded of ANNOTATOR in SLUG again; prints how many votes became what.

    Where others have filled the panel meanwhile, a vote becomes surplus and counts for nothing.
    """
    changed = _decide("reinstate", slug, annotator, _body(reason, matchup, pair), server, key)
    click.echo(f"valid {changed['valid']}\nsurplus {changed['surplus']}")


def _body(reason: str, matchup: str | None, pair: str | None) -> dict[str, str]:
    named = {"reason": reason, "matchup": matchup, "pair": pair}
    return {name: value for name, value in named.items() if value is not None}


def _line(row: "JsonObject") -> dict[str, object]:
    standing = "excluded" if row["excluded_at"] else "left" if row["left_at"] else "valid"
    return {name: row[name] for name in _SHOWN} | {"noticed": " ".join(row["flags"]), "standing": standing}


def _annotators(slug: str, server: str | None, key: str | None) -> list["JsonObject"]:
    if server:
        from app.cli.http import open_server

        with open_server(server, key) as opened:
            rows: list[JsonObject] = opened.get(f"/studies/{quote(slug, safe='')}/annotators")
            return rows
    from app.cli.annotator_desk import local_annotators

    return local_annotators(slug)


def _decide(
    verb: str, slug: str, annotator: str, body: dict[str, str], server: str | None, key: str | None
) -> "JsonObject":
    if server:
        from app.cli.http import open_server

        path = f"/studies/{quote(slug, safe='')}/annotators/{quote(annotator, safe='')}/{verb}"
        with open_server(server, key) as opened:
            changed: JsonObject = opened.post(path, body)
            return changed
    from app.cli.annotator_desk import local_exclude, local_reinstate

    decide: Callable[[str, str, dict[str, str]], JsonObject]
    decide = local_exclude if verb == "exclude" else local_reinstate
    return decide(slug, annotator, body)
