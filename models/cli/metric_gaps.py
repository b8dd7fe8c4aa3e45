"""Prints to stderr what is missing in a table of metrics: metrics, clip scores, total scores and pairs."""

from collections.abc import Sequence

import click

from benchmark.exports.metric_files import NamedTable
from benchmark.metrics.table import MetricTable
from benchmark.plurals import counted

MAX_EXAMPLES = 5


def print_missing_metrics(table: MetricTable) -> None:
    """Print the metrics that were not computed, with the reasons."""
    for reason in dict.fromkeys(table.not_computed.values()):
        names = [name for name, why in table.not_computed.items() if why == reason]
        click.echo(f"{', '.join(names)} not computed. {reason}", err=True)


def print_gaps(row: NamedTable, verbose: bool) -> None:
    """Print what a row lacks: clips without scores, missing totals, mixed sizes, missing pairs."""
    table = row.table
    lines = dict.fromkeys(
        f"{clip.pair}: {reason}" for clip in table.clips for reason in clip.refused.values()
    )
    print_lines(f"{row.name}: {counted(len(lines), 'clip')} without scores", tuple(lines), verbose)
    for total in table.totals:
        if total.value is None:
            click.echo(f"No {total.metric.title} of {row.name}. {total.missing}", err=True)
    sizes = sorted({(clip.facts["width"], clip.facts["height"]) for clip in table.clips if clip.facts})
    if len(sizes) > 1:
        examples = ", ".join(f"{width:.0f}x{height:.0f}" for width, height in sizes[:MAX_EXAMPLES])
        click.echo(
            f"Mixed sizes: the clips of {row.name} have {len(sizes)} sizes ({examples}). Each clip is scored "
            "at its own size. To compare all clips at one size, generate or scale them to one size first.",
            err=True,
        )
    if table.is_partial:
        scored = len({clip.pair for clip in table.clips})
        click.echo(
            f"Partial: the row {row.name} covers {scored} of {counted(table.expected_pairs, 'pair')}.",
            err=True,
        )


def print_lines(heading: str, lines: Sequence[str], verbose: bool) -> None:
    """Print a heading and the lines below the heading; if `verbose` is false, print only the first lines."""
    if not lines:
        return
    click.echo(f"{heading}:", err=True)
    for line in lines if verbose else lines[:MAX_EXAMPLES]:
        click.echo(f"  {line}", err=True)
    if not verbose and len(lines) > MAX_EXAMPLES:
        click.echo("  (--verbose lists all)", err=True)
