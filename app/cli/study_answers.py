"""`ti2v study answers`: prints the answers that annotators gave in the phases of a study."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options
from benchmark.tables.csv_text import csv_text

if TYPE_CHECKING:
    from benchmark.wire.phases import PhaseAnswerResponse


@click.command()
@click.argument("slug")
@server_options
def answers(slug: str, server: str | None, key: str | None) -> None:
    """Print the answers of the study SLUG as CSV, one line for each annotator, phase and answer."""
    rows: list[tuple[object, ...]] = [("annotator", "phase", "version", "outcome", "at", "key", "answer")]
    for row in _from_server(slug, server, key) if server else _from_here(slug):
        cells = row.model_dump(mode="json")
        given = cells.pop("answers") or {"": ""}
        for name, answer in given.items():
            shown = "; ".join(map(str, answer)) if isinstance(answer, list) else answer
            before = (cells["annotator"], cells["phase"], cells["version"], cells["outcome"] or "")
            rows.append((*before, cells["at"], name, shown))
    click.echo(csv_text(rows), nl=False)


def _from_server(slug: str, server: str, key: str | None) -> "Sequence[PhaseAnswerResponse]":
    with open_client(server, key) as client:
        return client.studies.answers(slug)


def _from_here(slug: str) -> "Sequence[PhaseAnswerResponse]":
    from app.cli.local import local_read
    from app.phases.queries import phase_answers
    from app.security.visibility import find_study

    with local_read() as local:
        study = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        return phase_answers(local.session, study)
