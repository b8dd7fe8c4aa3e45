"""`ti2v study payments`: prints the payment list of a study with participants of a crowd platform."""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options
from benchmark.protocol import PaymentAction

if TYPE_CHECKING:
    from benchmark.wire.platforms import PaymentResponse


@click.command()
@click.argument("slug")
@click.option(
    "--approve",
    is_flag=True,
    help="Print only the participants to approve, one id a line, as Prolific reads them.",
)
@click.option(
    "--bonus",
    metavar="AMOUNT",
    help="Print a bonus for each participant to approve, as Prolific reads it: id,AMOUNT.",
)
@server_options
def payments(slug: str, approve: bool, bonus: str | None, server: str | None, key: str | None) -> None:
    """Print the payment list of the study SLUG as CSV: who finished, and who failed which rule."""
    rows = _from_server(slug, server, key) if server else _from_here(slug)
    good = [row.participant for row in rows if row.action is PaymentAction.APPROVE]
    if bonus is not None:
        click.echo("\n".join(f"{participant},{bonus}" for participant in good))
    elif approve:
        click.echo("\n".join(good))
    else:
        click.echo(_as_csv(rows), nl=False)


def _as_csv(rows: "Sequence[PaymentResponse]") -> str:
    from benchmark.wire.platforms import PaymentResponse

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(PaymentResponse.model_fields)
    for row in rows:
        lists = {name: "; ".join(getattr(row, name)) for name in ("failed_rules", "unknown_rules")}
        cells = row.model_dump(mode="json") | lists
        writer.writerow("" if cell is None else cell for cell in cells.values())
    return text.getvalue()


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
