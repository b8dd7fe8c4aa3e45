"""`ti2v metrics`: computes automatic metrics for a folder of clips."""

import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.metrics.suites import SUITES
from benchmark.plurals import counted
from benchmark.protocol import SuiteName
from models.backbones.dtype import Dtype

if TYPE_CHECKING:
    from benchmark.exports.metric_files import NamedTable
    from benchmark.metrics.table import MetricTable
    from models.metrics.options import MetricRun

MAX_EXAMPLES = 5


@click.command("metrics")
@click.argument(
    "folders",
    metavar="FOLDER...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.option(
    "--benchmark", required=True, help="The bundled benchmark's slug, a folder, a CSV, or hf://OWNER/NAME."
)
@click.option(
    "--suite",
    "suite_name",
    type=click.Choice([name.value for name in SUITES]),
    required=True,
    help="Suite of metrics to compute.",
)
@click.option(
    "--setting",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the suite, such as resize=plain; repeatable (docs/metrics.md, docs/vbench.md).",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    help="Name of a folder's row (default: the folder's name); repeat it for each FOLDER.",
)
@click.option(
    "--device", default="cpu", show_default=True, help="Device of the networks: cpu, cuda or cuda:0."
)
@click.option(
    "--dtype",
    type=click.Choice([each.value for each in Dtype]),
    default=Dtype.FLOAT32.value,
    show_default=True,
    help="Floating-point type of the networks; recorded with the scores.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="number of processors",
    help="Processes of the suite motion; threads that decode clips for networks.",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the network's weights, in the layout of a hub repository.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "json", "markdown", "latex"]),
    default="markdown",
    show_default=True,
    help="File format. csv has a row per clip, json means and clips, markdown and latex means.",
)
@click.option("--output", default="-", show_default=True, help="Output file; - is stdout.")
@click.option("--verbose", is_flag=True, help="List every ignored file and refused clip.")
def metrics(
    folders: tuple[Path, ...],
    benchmark: str,
    suite_name: str,
    assignments: tuple[str, ...],
    names: tuple[str, ...],
    device: str,
    dtype: str,
    workers: int,
    weights: Path | None,
    file_format: str,
    output: str,
    verbose: bool,
) -> None:
    """Compute the automatic metrics of a suite for the clips in each FOLDER, one row per folder.

    Scores are cached, so an interrupted run continues and a second run is quick. If clips of some pairs are
    missing, every table is marked as partial.
    """
    from benchmark.cli.output import write_output
    from benchmark.exports.metric_files import NamedTable, metric_tables_bytes
    from benchmark.protocol import MetricFormat
    from models.generators.pair_selection import read_benchmark
    from models.generators.settings import generator_settings
    from models.metrics.clips import find_clips
    from models.metrics.options import MetricRun
    from models.metrics.run import run_suite_over

    suite = SUITES[SuiteName(suite_name)]
    labels = _row_names(folders, names)
    run = MetricRun(generator_settings().home, device, Dtype(dtype), weights, workers)
    run = _with_settings(run, suite.name, assignments)
    source = read_benchmark(benchmark)
    found = [find_clips(folder, source) for folder in folders]
    for label, each in zip(labels, found, strict=True):
        _list(f"{label}: {counted(len(each.ignored), 'ignored file')}", each.ignored, verbose)
    steps = sum(len(each.clips) for each in found) * suite.passes
    with click.progressbar(length=steps, label="Clips", show_pos=True, file=sys.stderr) as bar:
        tables = run_suite_over(suite, found, run, on_clip=lambda: bar.update(1))
    rows = [NamedTable(label, table) for label, table in zip(labels, tables, strict=True)]
    _print_missing_metrics(tables[0])
    for row in rows:
        _print_gaps(row, verbose)
    write_output([metric_tables_bytes(rows, MetricFormat(file_format))], output)


def _row_names(folders: tuple[Path, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the name of each folder's row. Raises UsageError."""
    if names and len(names) != len(folders):
        raise click.UsageError(
            f"The number of names ({len(names)}) differs from the number of folders ({len(folders)}). Give "
            "--name once for each folder, in the same order."
        )
    labels = names or tuple(folder.resolve().name for folder in folders)
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice or len({folder.resolve() for folder in folders}) < len(folders):
        what = f"have the name {twice[0]!r}" if twice else "are the same folder"
        raise click.UsageError(f"Two of the folders {what}. Give each row one folder and its own --name.")
    return labels


def _with_settings(run: "MetricRun", suite: SuiteName, assignments: tuple[str, ...]) -> "MetricRun":
    """Add the settings of the suite to the options. Raises UsageError."""
    from models.metrics.animate_bench_settings import AnimateBenchSettings
    from models.metrics.assignments import UnknownSetting
    from models.metrics.vbench_settings import VBenchSettings

    if suite is SuiteName.VBENCH_I2V and run.weights is not None:
        raise click.UsageError(
            "--weights names one network, and vbench-i2v has nine. Put each into TI2V_HOME/weights/NAME; "
            "the command prints what is missing."
        )
    try:
        if suite is SuiteName.VBENCH_I2V:
            return replace(run, vbench=VBenchSettings.parse(assignments))
        if suite is SuiteName.ANIMATE_BENCH:
            return replace(run, animate_bench=AnimateBenchSettings.parse(assignments))
    except UnknownSetting as error:
        raise click.UsageError(str(error)) from error
    if assignments:
        raise click.UsageError(f"The suite {suite} has no settings; remove --setting.")
    return run


def _print_missing_metrics(table: "MetricTable") -> None:
    for reason in dict.fromkeys(table.not_computed.values()):
        names = [name for name, why in table.not_computed.items() if why == reason]
        click.echo(f"{', '.join(names)} not computed. {reason}", err=True)


def _print_gaps(row: "NamedTable", verbose: bool) -> None:
    table = row.table
    lines = dict.fromkeys(
        f"{clip.pair}: {reason}" for clip in table.clips for reason in clip.refused.values()
    )
    _list(f"{row.name}: {counted(len(lines), 'clip')} without scores", tuple(lines), verbose)
    for total in table.totals:
        if total.value is None:
            click.echo(f"No {total.metric.title} of {row.name}. {total.missing}", err=True)
    if table.is_partial:
        scored = len({clip.pair for clip in table.clips})
        click.echo(
            f"Partial: {row.name} has clips of {scored} of {counted(table.expected_pairs, 'pair')}.", err=True
        )


def _list(heading: str, lines: tuple[str, ...], verbose: bool) -> None:
    if not lines:
        return
    click.echo(f"{heading}:", err=True)
    for line in lines if verbose else lines[:MAX_EXAMPLES]:
        click.echo(f"  {line}", err=True)
    if not verbose and len(lines) > MAX_EXAMPLES:
        click.echo("  (--verbose lists all)", err=True)
