"""`ti2v score VOTES`: the tables of a study from its votes alone, offline."""

from pathlib import Path
from typing import BinaryIO

import click

TABLES = (
    "preferences",
    "justifications",
    "comparisons",
    "agreement",
    "leaderboard",
    "breakdowns",
    "sensitivity",
    "paired",
)
FORMATS = ("csv", "json", "jsonl", "parquet", "markdown", "latex")


@click.command()
@click.argument("votes_file", metavar="VOTES", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--table", type=click.Choice(TABLES), default=TABLES[0], show_default=True, help="Which table.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="As what.",
)
@click.option("--output", type=click.File("wb", lazy=True), default="-", show_default=True, help="Where to.")
def score(votes_file: Path, table: str, file_format: str, output: BinaryIO) -> None:
    """Compute a table of results from VOTES, a table of votes as csv, jsonl or parquet.

    Needs the columns matchup, pair, chosen, status, the four justifications, and reference and other or
    left and right. Words go to stderr, the table to --output.
    """
    from benchmark.exports.notes import TableNote
    from benchmark.exports.results import result_rows
    from benchmark.exports.sentences import table_sentences
    from benchmark.exports.tables import TableFormat, TableName
    from benchmark.exports.writing import write_table
    from benchmark.importers.votes import load_votes
    from benchmark.protocol import VoteStatus
    from benchmark.records import VoteTableError
    from benchmark.stats.tallies import Tallies

    try:
        votes, remarks = load_votes(votes_file)
    except VoteTableError as error:
        raise click.ClickException(str(error)) from error
    for remark in remarks:
        click.echo(remark, err=True)
    tallies = Tallies.from_votes(votes)
    note = TableNote.of(tallies, left_out=votes.left_out, imported=votes.counted is VoteStatus.IMPORTED)
    name = TableName(table)
    rows = list(result_rows(name, tallies, votes.matchups, votes=votes))
    write_table(name, rows, TableFormat(file_format), output, note=note)
    for sentence in [*table_sentences(name, rows, tallies, votes.matchups), note.text(name)]:
        click.echo(sentence, err=True)
