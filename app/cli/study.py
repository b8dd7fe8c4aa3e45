"""`ti2v study`: create, run and look at studies, on a server or on this machine's database."""

from pathlib import Path

import click

from app.cli.output import RowFormat, format_option, print_json, text_table
from app.cli.server_options import server_options
from benchmark.plurals import counted
from benchmark.protocol import RenditionRecipe, StudyStatus, WatchGate


@click.command()
@click.argument("slug")
@click.option("--benchmark", required=True, help="Slug of the benchmark; its newest version is taken.")
@click.option(
    "--matchup",
    "matchups",
    multiple=True,
    required=True,
    metavar="REF:OTHER",
    help="Two submissions, each as model, model@label or id; give it once for each matchup.",
)
@click.option("--title", help="What annotators read on top; the slug otherwise.")
@click.option(
    "--instructions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A text file that annotators read first.",
)
# From here on parameters are named as the fields of POST /studies, to which they go unchanged.
@click.option(
    "--votes",
    "votes_per_comparison",
    default=5,
    show_default=True,
    help="Votes a comparison asks for; an odd number.",
)
@click.option(
    "--renditions",
    type=click.Choice([recipe.value for recipe in RenditionRecipe]),
    default=RenditionRecipe.REMUX.value,
    show_default=True,
    help="Only clean the clips where they are alike, or bring both to one form always.",
)
@click.option(
    "--watch-gate",
    type=click.Choice([gate.value for gate in WatchGate]),
    default=WatchGate.DELIVERED.value,
    show_default=True,
    help="Refuse votes before both clips were delivered whole.",
)
@click.option(
    "--lease-s", default=900, show_default=True, help="Seconds a comparison stays with an annotator."
)
@click.option(
    "--per-annotator",
    "comparisons_per_annotator",
    type=int,
    help="Comparisons one annotator gets at most; all otherwise.",
)
@click.option(
    "--require-justification/--no-require-justification",
    default=True,
    show_default=True,
    help="Whether a vote needs at least one reason.",
)
@click.option(
    "--gold",
    type=click.IntRange(1, 1000),
    help="Gold questions an annotator gets, hidden among the others; none otherwise.",
)
@click.option("--seed", type=int, help="Seed of the order of comparisons; drawn and stored otherwise.")
@server_options
def create(
    slug: str,
    benchmark: str,
    matchups: tuple[str, ...],
    title: str | None,
    instructions: Path | None,
    gold: int | None,
    server: str | None,
    key: str | None,
    **protocol: str | int | bool | None,
) -> None:
    """Create the study SLUG as a draft; prints the slug. Its protocol freezes when it opens."""
    from app.cli.study_desk import open_desk
    from app.cli.submission_refs import read_matchup

    with open_desk(server, key) as desk:
        known = desk.submissions(benchmark)
        created = desk.create(
            {
                "slug": slug,
                "title": title or slug,
                "benchmark": benchmark,
                "matchups": [vars(read_matchup(text, known)) for text in matchups],
                "instructions": instructions.read_text(encoding="utf-8") if instructions else "",
                "gold": {"count": gold} if gold else None,
                **protocol,
            }
        )
    click.echo(created["slug"])
    click.echo(f"A draft; open it with: ti2v study open {created['slug']}", err=True)


@click.command("open")
@click.argument("slug")
@server_options
def open_(slug: str, server: str | None, key: str | None) -> None:
    """Open the draft SLUG, or go on after a pause; prints the new status."""
    _transition(slug, StudyStatus.OPEN, server, key)


@click.command()
@click.argument("slug")
@server_options
def pause(slug: str, server: str | None, key: str | None) -> None:
    """Stop giving out comparisons of SLUG for a while; prints the new status."""
    _transition(slug, StudyStatus.PAUSED, server, key)


@click.command()
@click.argument("slug")
@server_options
def close(slug: str, server: str | None, key: str | None) -> None:
    """Close SLUG for good, which makes its results final; prints the new status."""
    _transition(slug, StudyStatus.CLOSED, server, key)


@click.command()
@click.argument("slug")
@format_option
@server_options
def status(slug: str, row_format: str, server: str | None, key: str | None) -> None:
    """Print how far SLUG is, in all and for each matchup."""
    from app.cli.study_desk import open_desk

    with open_desk(server, key) as desk:
        study = desk.status(slug)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(study)
        return
    counts = (
        f"{study['votes']} of {study['votes_wanted']} votes by {counted(study['annotators'], 'annotator')}"
    )
    click.echo(f"{study['slug']}: {study['status']}, {counts}")
    columns = ("reference", "other", "comparisons", "votes", "close_reason")
    for line in text_table([{name: matchup[name] for name in columns} for matchup in study["matchups"]]):
        click.echo(line)


@click.command()
@click.argument("slug")
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many links.")
@server_options
def invite(slug: str, count: int, server: str | None, key: str | None) -> None:
    """Print links to SLUG, one a line; each lets one annotator in and is shown only now."""
    from app.cli.study_desk import open_desk

    with open_desk(server, key) as desk:
        for link in desk.invite(slug, count):
            click.echo(link)


@click.command()
@click.argument("slug")
def check(slug: str) -> None:
    """Recount the votes of SLUG in this machine's database and compare with the counters kept live."""
    from app.cli.study_desk import open_local_desk

    with open_local_desk() as desk:
        differences = desk.differences(slug)
    for difference in differences:
        click.echo(difference)
    if differences:
        raise click.ClickException(f"{len(differences)} counters differ from a recount.")
    click.echo("Every counter agrees with a recount of the votes.", err=True)


def _transition(slug: str, to: StudyStatus, server: str | None, key: str | None) -> None:
    from app.cli.study_desk import open_desk

    with open_desk(server, key) as desk:
        click.echo(desk.transition(slug, to)["status"])
