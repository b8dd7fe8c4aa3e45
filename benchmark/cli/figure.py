"""`ti2v figure VOTES`: draws a study's figures from its votes table, offline."""

from pathlib import Path

import click

from benchmark.cli.score import count_rows, load_rows, read_names

FIGURES = ("preferences", "scenarios", "styles", "hard-cases")
FORMATS = ("svg", "pdf", "png", "csv")


@click.command()
@click.argument("votes_file", metavar="VOTES", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--figure", type=click.Choice(FIGURES), default=FIGURES[0], show_default=True, help="The figure to draw."
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="File format; csv contains the figure's data.",
)
@click.option(
    "--names",
    "names_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Display names of the sides: a JSON file such as {"motif": "MotiF"}.',
)
@click.option("--interim", is_flag=True, help="Mark the figure as interim, because the study is not closed.")
@click.option("--output", default="-", show_default=True, metavar="FILE", help="Output file; - is stdout.")
def figure(
    votes_file: Path, figure: str, file_format: str, names_file: Path | None, interim: bool, output: str
) -> None:
    """Draw a figure from the votes table VOTES (csv, tsv, jsonl or parquet); print the caption to stderr."""
    from benchmark.cli.output import write_output
    from benchmark.exports.figures.kinds import FigureFormat, FigureName
    from benchmark.exports.figures.writer import figure_file

    suffix = Path(output).suffix.removeprefix(".").lower()
    if suffix in FORMATS and suffix != file_format:
        raise click.UsageError(
            f"--output {output} ends in .{suffix}, but the format is {file_format}. Add --format {suffix}."
        )
    names = read_names(names_file) if names_file else {}
    drawn = count_rows(load_rows(votes_file), interim=interim).figure(FigureName(figure), names)
    write_output([figure_file(drawn, FigureFormat(file_format))], output)
    click.echo(drawn.caption, err=True)
