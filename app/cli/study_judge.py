"""`ti2v study judge`: lets the automatic judge vote in a draft."""

from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options

if TYPE_CHECKING:
    from benchmark.wire.studies import StudyResponse


@click.command()
@click.argument("slug")
@server_options
def judge(slug: str, server: str | None, key: str | None) -> None:
    """Let the automatic judge vote in all comparisons of the draft SLUG, and close the study.

    The judge compares the scores of the suite motion by one fixed rule (docs/reproduction.md). The study gets
    the kind automatic. To collect votes of people, duplicate the study.
    """
    if server:
        with open_client(server, key) as client:
            study = client.studies.judge(slug)
    else:
        study = _judge_here(slug)
    pairs = sum(each.comparisons for each in study.matchups)
    click.echo(f"{study.votes} votes on {pairs} comparisons; all others are ties or not measured.", err=True)
    click.echo(study.slug)


def _judge_here(slug: str) -> "StudyResponse":
    from app.cli.local import local_write
    from app.security.visibility import find_study
    from app.studies.automatic_judge import judge_study
    from app.studies.queries import study_response

    with local_write() as local:
        study = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        judge_study(local.session, study=study, principal=local.principal, now=local.now)
        return study_response(local.session, study)
