"""`ti2v report`: writes the report of a study."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.database import Database
    from app.security.identity import Principal
    from app.settings import Settings
    from benchmark.exports.figures.writer import PaperFigure


@click.command()
@click.argument("study")
@click.option(
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the report; new, empty, or an earlier report of the same study.",
)
@click.option(
    "--strip",
    "pairs",
    multiple=True,
    metavar="PAIR",
    help="Also draw a frame strip of this pair; repeatable.",
)
@click.option(
    "--metrics",
    "scores",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Use these scores (ti2v metrics --format json) instead of the server's; repeatable.",
)
@click.option(
    "--licence",
    default="unknown",
    show_default=True,
    metavar="ID",
    help="Licence of the votes, as the Hugging Face hub writes it, such as cc-by-4.0.",
)
@click.option(
    "--site",
    is_flag=True,
    help="Write a static gallery instead: pages with the table, and all clips side by side.",
)
def report(
    study: str, output: Path, pairs: tuple[str, ...], scores: tuple[Path, ...], licence: str, site: bool
) -> None:
    """Write the report of STUDY: a folder with its protocol, hashes, votes, tables and figures.

    With --site, write a gallery to publish on any web server. The study's results and all compared
    submissions must be public. docs/report.md explains every file.
    """
    if site:
        if scores or licence != "unknown":
            raise click.UsageError(
                "A gallery has no scores and no licence of votes. Omit --metrics and --licence."
            )
        _write_site(study, output, pairs)
        return
    from app.cli.local import OPERATOR, open_database, open_settings
    from app.cli.output import progress
    from app.results.report.writer import STEPS, write_report
    from app.security.identity import Principal
    from benchmark.protocol import Role
    from benchmark.report.output_folder import new_report_folder

    settings = open_settings()
    # The command acts as an admin, because its user can read the database file anyway.
    reader = Principal(0, OPERATOR, Role.ADMIN)
    with open_database(settings) as database, new_report_folder(output, study) as folder:
        strips = _strips(settings, database, reader, study, pairs)
        with progress(f"Bundle of {study}", STEPS + len(pairs)) as step:
            write_report(
                database,
                slug=study,
                principal=reader,
                folder=folder,
                licence=licence,
                strips=strips,
                scores=scores,
                step=step,
            )
    click.echo(output)


def _write_site(study: str, output: Path, pairs: tuple[str, ...]) -> None:
    from app.cli.local import OPERATOR, open_database, open_settings
    from app.cli.output import progress
    from app.media.store import open_store
    from app.panels.protocol import newest_protocol
    from app.results.report.contents import use_one_snapshot
    from app.results.service import find_results
    from app.results.site.contents import site_contents
    from app.results.site.site_files import write_site
    from app.security.identity import Principal
    from benchmark.exports.figures.kinds import FigureFormat
    from benchmark.exports.figures.writer import figure_file
    from benchmark.protocol import Role
    from benchmark.report.output_folder import new_report_folder

    settings = open_settings()
    reader = Principal(0, OPERATOR, Role.ADMIN)
    with open_database(settings) as database, new_report_folder(output, study) as folder:
        with database.read() as session:
            use_one_snapshot(session)
            results = find_results(session, slug=study, principal=reader)
            contents = site_contents(session, results)
            protocol = newest_protocol(session, results.study)
            document = protocol.document if protocol else {}
        drawn = _strips(settings, database, reader, study, pairs)
        strips = {
            pair: figure_file(strip, FigureFormat.SVG) for pair, strip in zip(pairs, drawn, strict=True)
        }
        with progress(f"Gallery of {study}", len(contents.scenarios)) as step:
            write_site(
                contents,
                folder,
                store=open_store(settings.effective_media_url),
                protocol=document,
                strips=strips,
                step=step,
            )
    click.echo(output / "index.html")


def _strips(
    settings: "Settings", database: "Database", reader: "Principal", study: str, pairs: tuple[str, ...]
) -> "tuple[PaperFigure, ...]":
    """Decode the frames of each requested pair, and return one frame strip for each pair."""
    if not pairs:
        return ()
    from app.media.sandbox import Sandbox
    from app.media.store import open_store
    from app.results.figures.strips import DEFAULT_FRAMES, plan_strip, read_strip

    store = open_store(settings.effective_media_url)
    plans = [plan_strip(database, slug=study, pair_id=pair, principal=reader) for pair in pairs]
    with Sandbox(children=settings.sandbox_processes) as sandbox:
        return tuple(read_strip(plan, DEFAULT_FRAMES, store=store, sandbox=sandbox) for plan in plans)
