"""`ti2v metric-agreement VOTES SCORES...`: agreement of automatic metrics with the votes, offline."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.problems import verbose_option

if TYPE_CHECKING:
    from benchmark.exports.figures.kinds import FigureFormat


@click.command("metric-agreement")
@click.argument("votes_file", metavar="VOTES", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument(
    "score_files",
    metavar="SCORES...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--interim",
    is_flag=True,
    help="State that the study is not closed; the command then computes no regression.",
)
@click.option("--scenarios", is_flag=True, help="Add a row for each scenario.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "json", "markdown", "latex"]),
    default="markdown",
    show_default=True,
    help="File format.",
)
@click.option("--output", default="-", show_default=True, metavar="FILE", help="Output file; - is stdout.")
@click.option(
    "--figure",
    "figure_file_name",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also draw the agreement; the name ends in .svg, .pdf, .png or .csv (the figure's data).",
)
@verbose_option
def metric_agreement(
    votes_file: Path,
    score_files: tuple[Path, ...],
    interim: bool,
    scenarios: bool,
    file_format: str,
    output: str,
    figure_file_name: Path | None,
) -> None:
    """Compare automatic metrics with the majority votes in VOTES.

    SCORES are files that `ti2v metrics --format json` wrote: one file per side and suite. When you run `ti2v
    metrics`, give each side with `--name` the name that it has in VOTES. With files of the suite `motion`,
    the command also prints a regression of the votes on resolution, length, file size and motion. The command
    refuses votes of the automatic judge, because this judge itself uses scores of the suite `motion`.
    """
    from benchmark.cli.output import write_output
    from benchmark.cli.score import count_rows, load_rows
    from benchmark.exports.figures.metric_agreement import metric_agreement_figure
    from benchmark.exports.figures.writer import figure_file
    from benchmark.exports.metric_agreement_files import agreement_bytes, agreement_document
    from benchmark.metrics.score_file import read_score_files
    from benchmark.protocol import MetricFormat, StudyKind
    from benchmark.votes.metric_agreement import AUTOMATIC_VOTES, missing_scores

    figure_format = _figure_format(figure_file_name)
    scored = count_rows(load_rows(votes_file), interim=interim)
    if scored.kind is StudyKind.AUTOMATIC:
        raise click.ClickException(AUTOMATIC_VOTES)
    tallies, matchups = scored.tallies, scored.votes.matchups
    files = [file for path in score_files for file in read_score_files(path)]
    for sentence in missing_scores(tallies, matchups, files):
        click.echo(sentence, err=True)
    document = agreement_document(tallies, matchups, files, by_scenario=scenarios, interim=interim)
    if figure_format is not None:
        drawn = metric_agreement_figure(document.rows, interim=interim)
        write_output([figure_file(drawn, figure_format)], str(figure_file_name))
        click.echo(drawn.caption, err=True)
    write_output([agreement_bytes(document, MetricFormat(file_format))], output)


def _figure_format(path: Path | None) -> "FigureFormat | None":
    """Return the figure's format from the suffix of its file name. Raises UsageError."""
    from benchmark.exports.figures.kinds import FigureFormat

    if path is None:
        return None
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in list(FigureFormat):
        raise click.UsageError(
            f"--figure {path} has no suffix of a figure. Give a name that ends in .svg, .pdf, .png or .csv."
        )
    return FigureFormat(suffix)
