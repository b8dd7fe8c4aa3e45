"""`ti2v score VOTES`: computes a study's result tables from its votes table, offline."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.problems import verbose_option

if TYPE_CHECKING:
    from benchmark.scoring import ScoredVotes
    from benchmark.votes.rows import VoteRows

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
ALL = "all"
FORMATS = ("csv", "json", "jsonl", "parquet", "markdown", "latex")


@click.command()
@click.argument("votes_file", metavar="VOTES", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--table",
    type=click.Choice([*TABLES, ALL]),
    default=TABLES[0],
    show_default=True,
    help="The table to compute.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="File format.",
)
@click.option(
    "--columns",
    default="",
    metavar="LIST",
    help="Columns of Markdown and LaTeX, such as other,ti2v_score,interval, or all. Default: all in "
    "Markdown, those that fit a column of a paper in LaTeX.",
)
@click.option(
    "--names",
    "names_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Display names in Markdown and LaTeX: a JSON file such as {"motif": "MotiF"}.',
)
@click.option(
    "--interim", is_flag=True, help="The study is not closed: compute no tests, and say so in the notes."
)
@click.option("--with-excluded", is_flag=True, help="Count excluded votes too, and print what that changes.")
@click.option("--output", default="-", show_default=True, metavar="FILE", help="Output file; - is stdout.")
@verbose_option
def score(
    votes_file: Path,
    table: str,
    file_format: str,
    columns: str,
    names_file: Path | None,
    interim: bool,
    with_excluded: bool,
    output: str,
) -> None:
    """Compute a result table from VOTES, a votes table as csv, tsv, jsonl or parquet.

    VOTES needs the columns matchup, pair, chosen, status, the four justifications, and reference and other or
    left and right. The table is written to --output, sentences and notes to stderr. The table `all` contains
    all tables with their sentences and notes in one JSON document.
    """
    from benchmark.cli.output import write_output
    from benchmark.exports.layout import TableLayout, UnknownColumn
    from benchmark.protocol import TableFormat, TableName

    if table == ALL and file_format != "json":
        raise click.UsageError("--table all is one JSON document. Add --format json.")
    rows = load_rows(votes_file)
    scored = count_rows(rows, interim=interim)
    if with_excluded:
        scored = _with_excluded(rows, scored)
    if table == ALL:
        write_output([scored.document()], output)
        return
    name = TableName(table)
    written = io.BytesIO()
    layout = TableLayout.of(columns, read_names(names_file) if names_file else None)
    try:
        scored.write(name, TableFormat(file_format), written, layout)
    except UnknownColumn as error:
        raise click.UsageError(str(error)) from error
    write_output([written.getvalue()], output)
    for sentence in [*scored.sentences(name), scored.note.text(name)]:
        click.echo(sentence, err=True)


def read_names(path: Path) -> dict[str, str]:
    """Read the display names of sides from a JSON file. Raises ClickException."""
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{path} is not valid JSON: {error}") from error
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise click.ClickException(f'{path} must contain a JSON object such as {{"motif": "MotiF"}}.')
    return names


def load_rows(votes_file: Path) -> "VoteRows":
    """Return the rows of a votes file. Print a line on stderr for each missing optional column.

    Raises:
        ClickException: the file cannot be read, or a cell is invalid.
    """
    from benchmark.tables import TableError
    from benchmark.votes.read import load_vote_rows

    try:
        rows, remarks = load_vote_rows(votes_file)
    except TableError as error:
        raise click.ClickException(str(error)) from error
    for remark in remarks:
        click.echo(remark, err=True)
    return rows


def count_rows(rows: "VoteRows", *, interim: bool, with_excluded: bool = False) -> "ScoredVotes":
    """Return the votes that count, ready for scoring.

    Raises:
        ClickException: rows contradict each other.
    """
    from benchmark.scoring import ScoredVotes
    from benchmark.tables import TableError
    from benchmark.votes.validate import count_votes

    try:
        return ScoredVotes(count_votes(rows, with_excluded=with_excluded), interim)
    except TableError as error:
        raise click.ClickException(str(error)) from error


def _with_excluded(rows: "VoteRows", reported: "ScoredVotes") -> "ScoredVotes":
    """Return all votes, including excluded ones. Print on stderr how excluded votes change the scores."""
    from benchmark.stats.side_by_side import side_by_side, side_by_side_sentence

    scored = count_rows(rows, interim=reported.interim, with_excluded=True)
    changes = side_by_side(reported.tallies, scored.tallies, reported.votes.matchups)
    click.echo("This table counts excluded votes; the results of the study do not.", err=True)
    for row in changes:
        if row.excluded:
            click.echo(side_by_side_sentence(row), err=True)
    return scored
