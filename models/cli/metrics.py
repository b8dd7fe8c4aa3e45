"""`ti2v metrics`: computes automatic metrics for a folder of clips."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.metrics.suites import SUITES
from benchmark.plurals import counted
from benchmark.protocol import SuiteName
from models.backbones.dtype import Dtype

if TYPE_CHECKING:
    from benchmark.metrics.table import MetricTable
    from models.metrics.options import MetricRun

MAX_EXAMPLES = 5


@click.command("metrics")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
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
@click.option("--name", help="Name of the row in Markdown and LaTeX (default: the folder's name).")
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
    folder: Path,
    benchmark: str,
    suite_name: str,
    assignments: tuple[str, ...],
    name: str | None,
    device: str,
    dtype: str,
    workers: int,
    weights: Path | None,
    file_format: str,
    output: str,
    verbose: bool,
) -> None:
    """Compute the automatic metrics of a suite for the clips in FOLDER.

    Scores are cached, so an interrupted run continues and a second run is quick. If clips of some pairs are
    missing, every table is marked as partial.
    """
    from benchmark.cli.output import write_output
    from benchmark.exports.metric_files import MetricFormat, metric_table_bytes
    from models.generators.pair_selection import read_benchmark
    from models.generators.settings import generator_settings
    from models.metrics.clips import find_clips
    from models.metrics.options import MetricRun
    from models.metrics.run import run_suite

    suite = SUITES[SuiteName(suite_name)]
    found = find_clips(folder, read_benchmark(benchmark))
    _list("ignored file", found.ignored, verbose)
    run = MetricRun(generator_settings().home, device, Dtype(dtype), weights, workers)
    run = _with_settings(run, suite.name, assignments)
    steps = len(found.clips) * suite.passes
    with click.progressbar(length=steps, label="Clips", show_pos=True, file=sys.stderr) as bar:
        table = run_suite(suite, found, run, on_clip=lambda: bar.update(1))
    _print_gaps(table, verbose)
    if table.is_partial:
        scored = len({clip.pair for clip in table.clips})
        click.echo(f"Partial: {scored} of {counted(table.expected_pairs, 'pair')}.", err=True)
    write_output([metric_table_bytes(table, name or folder.name, MetricFormat(file_format))], output)


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


def _print_gaps(table: "MetricTable", verbose: bool) -> None:
    for reason in dict.fromkeys(table.not_computed.values()):
        names = [name for name, why in table.not_computed.items() if why == reason]
        click.echo(f"{', '.join(names)} not computed. {reason}", err=True)
    lines = dict.fromkeys(
        f"{clip.pair}: {reason}" for clip in table.clips for reason in clip.refused.values()
    )
    _list("clip without scores", tuple(lines), verbose)
    for total in table.totals:
        if total.value is None:
            click.echo(f"No {total.metric.title}. {total.missing}", err=True)


def _list(noun: str, lines: tuple[str, ...] | list[str], verbose: bool) -> None:
    if not lines:
        return
    click.echo(f"{counted(len(lines), noun)}:", err=True)
    for line in lines if verbose else lines[:MAX_EXAMPLES]:
        click.echo(f"  {line}", err=True)
    if not verbose and len(lines) > MAX_EXAMPLES:
        click.echo("  (--verbose lists all)", err=True)
