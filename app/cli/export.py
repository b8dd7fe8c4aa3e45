"""`ti2v export`: a study's tables as files."""

import click

from app.cli.server_options import server_options

# As `benchmark.exports.tables` has them; a test compares. Importing that takes too long for `--help`.
TABLES = (
    "preferences",
    "justifications",
    "comparisons",
    "votes",
    "agreement",
    "leaderboard",
    "breakdowns",
    "sensitivity",
    "paired",
)
FORMATS = ("csv", "json", "jsonl", "parquet", "markdown", "latex")


@click.command()
@click.argument("study")
@click.option("--table", type=click.Choice(TABLES), default=TABLES[0], show_default=True, help="Which table.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="As what.",
)
@click.option("--output", default="-", show_default=True, metavar="FILE", help="Where to; - is stdout.")
@server_options
def export(
    study: str, table: str, file_format: str, output: str, server: str | None, key: str | None
) -> None:
    """Write a table of STUDY; docs/tables.md explains every column."""
    from app.cli.study_desk import open_desk
    from benchmark.cli.output import write_output

    with open_desk(server, key) as desk, desk.export(study, table, file_format) as chunks:
        write_output(chunks, output)
