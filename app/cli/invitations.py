"""`ti2v study invite`: creates invitation links, on a server or in the local database."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options
from benchmark.protocol import AnnotatorKind

if TYPE_CHECKING:
    from benchmark.wire.invitations import InvitationKind

_KINDS: Mapping[str, "InvitationKind"] = {
    "participant": AnnotatorKind.PARTICIPANT,
    "pilot": AnnotatorKind.PILOT,
    "preview": AnnotatorKind.PREVIEW,
}


@click.command()
@click.argument("slug")
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True, help="Number of links.")
@click.option(
    "--kind",
    type=click.Choice(list(_KINDS)),
    default=AnnotatorKind.PARTICIPANT.value,
    show_default=True,
    help="Kind of annotator; the votes of pilot and preview annotators never count.",
)
@server_options
def invite(slug: str, count: int, kind: str, server: str | None, key: str | None) -> None:
    """Create invitation links to the study SLUG and print them, one per line.

    Each link is for one annotator. A link cannot be printed again.
    """
    invited = _KINDS[kind]
    links = _on_server(slug, count, invited, server, key) if server else _here(slug, count, invited)
    for link in links:
        click.echo(link)


def _on_server(slug: str, count: int, kind: "InvitationKind", server: str, key: str | None) -> Sequence[str]:
    with open_client(server, key) as client:
        return client.studies.invite(slug, count, kind=kind)


def _here(slug: str, count: int, kind: "InvitationKind") -> Sequence[str]:
    from app.cli.local import local_write, open_settings
    from app.invitations import links
    from app.security.visibility import find_study

    with local_write() as local:
        study = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        tokens = links.invite(
            local.session, study=study, count=count, kind=kind, principal=local.principal, now=local.now
        )
    address = open_settings().effective_public_url
    return [f"{address}/invite/{token}" for token in tokens]
