"""`ti2v score VOTES`: computes a study's result tables from its votes table, offline."""

import io
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.problems import verbose_option
from benchmark.pairs import canonical_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    help="Columns of Markdown and LaTeX, such as other,ti2v_score,interval, or all. Default: in Markdown "
    "all columns, in LaTeX those that fit a column of a paper.",
)
@click.option(
    "--names",
    "names_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Display names in Markdown and LaTeX: a JSON file such as {"motif": "MotiF"}.',
)
@click.option(
    "--interim",
    is_flag=True,
    help="Compute no tests and mark notes as interim, because the study is not closed.",
)
@click.option(
    "--with-excluded", is_flag=True, help="Also count excluded votes, and print how this changes the scores."
)
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
    """Compute a result table from VOTES, a votes table (csv, tsv, jsonl or parquet).

    VOTES needs the columns `matchup`, `pair`, `chosen`, `status` and the four justifications. VOTES also
    needs either `reference` and `other`, or `left` and `right`. The command writes the table to --output, and
    sentences and notes to stderr. With the table name `all`, the output is one JSON document with all tables,
    sentences and notes.
    """
    from benchmark.cli.output import write_output
    from benchmark.exports.layout import TableLayout, UnknownColumn, UnusedLayout
    from benchmark.protocol import TableFormat, TableName

    layout = TableLayout.of(columns, read_names(names_file) if names_file else None)
    try:
        layout.require_use(TableFormat(file_format))
    except UnusedLayout as error:
        raise click.UsageError(str(error)) from error
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
    try:
        scored.write(name, TableFormat(file_format), written, layout)
    except UnknownColumn as error:
        raise click.UsageError(str(error)) from error
    write_output([written.getvalue()], output)
    for sentence in [*scored.sentences(name), scored.note.text(name)]:
        click.echo(sentence, err=True)


def read_names(path: Path) -> dict[str, str]:
    """Read the display names of sides from a JSON file. Raises ClickException."""
    from benchmark.tables import TableError
    from benchmark.tables.encoding import decode_text
    from benchmark.tables.json_lines import parse_json_object

    try:
        names = parse_json_object(decode_text(path.read_bytes(), path.name))
    except (TableError, ValueError) as error:
        raise click.ClickException(f"{path} is not a JSON object with names: {error}") from error
    problem = next(_name_problems(names), None)
    if problem is not None:
        raise click.ClickException(
            f'{path} must contain a JSON object such as {{"motif": "MotiF"}}: {problem}'
        )
    return {canonical_name(side.strip()): str(name) for side, name in names.items()}


def _name_problems(names: "Mapping[str, object]") -> "Iterator[str]":
    """Yield a sentence for each display name that cannot be printed, or that is given to several sides."""
    sides: dict[str, str] = {}
    for side, name in names.items():
        if not isinstance(name, str) or not name.strip() or any(map(_is_control, name)):
            yield f'the name of "{side}" must be a text without control characters.'
        elif sides.setdefault(name.strip(), side) != side:
            yield f'"{name.strip()}" is the name of two sides, "{sides[name.strip()]}" and "{side}".'


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs")


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
        ClickException: rows of the votes table contradict each other.
    """
    from benchmark.scoring import ScoredVotes
    from benchmark.tables import TableError
    from benchmark.votes.validate import count_votes

    try:
        return ScoredVotes(count_votes(rows, with_excluded=with_excluded), interim)
    except TableError as error:
        raise click.ClickException(str(error)) from error


def _with_excluded(rows: "VoteRows", reported: "ScoredVotes") -> "ScoredVotes":
    """Return all votes, including excluded votes; print on stderr how the excluded votes change scores."""
    from benchmark.stats.side_by_side import side_by_side, side_by_side_sentence

    scored = count_rows(rows, interim=reported.interim, with_excluded=True)
    changes = side_by_side(reported.tallies, scored.tallies, reported.votes.matchups)
    click.echo("This table counts excluded votes; the results of the study do not.", err=True)
    for row in changes:
        if row.excluded:
            click.echo(side_by_side_sentence(row), err=True)
    return scored
