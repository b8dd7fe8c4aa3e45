"""`ti2v study payments`: prints the payment list of a study with participants of a crowd platform."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options
from benchmark.protocol import PaymentFile

if TYPE_CHECKING:
    from benchmark.wire.platforms import PaymentResponse


@click.command()
@click.argument("slug")
@click.option(
    "--approve",
    is_flag=True,
    help="Print only the ids of participants to approve, one per line, for Prolific.",
)
@click.option(
    "--bonus",
    metavar="AMOUNT",
    help="Print id,AMOUNT for each participant to approve, for Prolific's bonus payments.",
)
@click.option(
    "--reject",
    is_flag=True,
    help="Print the participants to review, with the reason for a rejection. Check each of them first.",
)
@click.option(
    "--mturk", is_flag=True, help="Print approvals and rejections in the format of Mechanical Turk."
)
@server_options
def payments(
    slug: str,
    approve: bool,
    bonus: str | None,
    reject: bool,
    mturk: bool,
    server: str | None,
    key: str | None,
) -> None:
    """Print the payment list of the study SLUG as CSV: who finished, and which rules each person failed."""
    from benchmark.exports.payments import payment_file

    chosen = {
        PaymentFile.APPROVE: approve,
        PaymentFile.BONUS: bonus is not None,
        PaymentFile.REJECT: reject,
        PaymentFile.MTURK: mturk,
    }
    files = [file for file, is_chosen in chosen.items() if is_chosen] or [PaymentFile.LIST]
    if len(files) > 1:
        raise click.UsageError("Use only one of --approve, --bonus, --reject and --mturk.")
    rows = _from_server(slug, server, key) if server else _from_here(slug)
    unverified = sum(not row.ids_verified for row in rows)
    if unverified and files[0] is not PaymentFile.LIST:
        click.echo(f"The platform did not sign the ids of {unverified} participants.", err=True)
    click.echo(payment_file(rows, files[0], amount=bonus or ""), nl=False)


def _from_server(slug: str, server: str, key: str | None) -> "Sequence[PaymentResponse]":
    with open_client(server, key) as client:
        return client.studies.payments(slug)


def _from_here(slug: str) -> "Sequence[PaymentResponse]":
    from app.cli.local import local_read, open_settings
    from app.platforms.payments import payment_list
    from app.security.visibility import find_study

    with local_read() as local:
        study = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        return payment_list(local.session, study, signing_key=open_settings().signing_key)
