"""Computes the metrics of folders of clips for `ti2v metrics`, and writes one table with a row per folder."""

import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import click

from benchmark.cli.output import write_output
from benchmark.exports.metric_files import NamedTable, metric_tables_bytes
from benchmark.metrics.suites import SUITES
from benchmark.plurals import counted
from benchmark.protocol import MetricFormat, SuiteName
from models.backbones.dtype import Dtype
from models.cli.metric_gaps import print_gaps, print_lines, print_missing_metrics
from models.generators.pair_selection import read_benchmark
from models.generators.settings import generator_settings
from models.metrics.animate_bench_settings import AnimateBenchSettings
from models.metrics.assignments import UnknownSetting
from models.metrics.clips import FoundClips, common_pairs, find_clips
from models.metrics.options import MetricRun
from models.metrics.run import run_suite_over
from models.metrics.vbench_settings import VBenchSettings


@dataclass(frozen=True)
class FolderOptions:
    """The options of `ti2v metrics` that apply to folders; docs/commands.md explains each option."""

    benchmark: str
    suite: SuiteName
    assignments: tuple[str, ...]
    names: tuple[str, ...]
    device: str
    dtype: Dtype
    workers: int
    weights: Path | None
    common: bool


def print_folder_metrics(
    folders: tuple[Path, ...],
    options: FolderOptions,
    file_format: MetricFormat,
    output: str,
    *,
    verbose: bool,
) -> None:
    """Compute the scores of each folder, and write the table.

    Raises:
        UsageError: two options cannot be used together.
    """
    suite = SUITES[options.suite]
    labels = _row_names(folders, options.names)
    run = _metric_run(options)
    source = read_benchmark(options.benchmark)
    found = [find_clips(folder, source) for folder in folders]
    for label, each in zip(labels, found, strict=True):
        print_lines(f"{label}: {counted(len(each.ignored), 'ignored file')}", each.ignored, verbose)
    found = _comparable(found, common=options.common)
    steps = sum(len(each.clips) for each in found) * suite.passes
    with click.progressbar(length=steps, label="Clips", show_pos=True, file=sys.stderr) as bar:
        tables = run_suite_over(suite, found, run, on_clip=lambda: bar.update(1))
    rows = [NamedTable(label, table) for label, table in zip(labels, tables, strict=True)]
    print_missing_metrics(tables[0])
    for row in rows:
        print_gaps(row, verbose)
    write_output([metric_tables_bytes(rows, file_format)], output)


def _comparable(found: list[FoundClips], *, common: bool) -> list[FoundClips]:
    """Keep only the pairs that all folders have, or print a warning that the rows cover different pairs."""
    if common:
        return common_pairs(found)
    if len({frozenset(clip.pair for clip in each.clips) for each in found}) > 1:
        click.echo(
            "The folders have clips of different pairs, so the rows cannot be compared. Add --common-pairs "
            "to score only pairs of which every folder has a clip.",
            err=True,
        )
    return found


def _row_names(folders: tuple[Path, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return one name per folder, for the folder's row in the table. Raises UsageError."""
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


def _metric_run(options: FolderOptions) -> MetricRun:
    """Return the options of a metric run, including the settings of the suite. Raises UsageError."""
    suite, assignments = options.suite, options.assignments
    run = MetricRun(
        generator_settings().home, options.device, options.dtype, options.weights, options.workers
    )
    if suite is SuiteName.VBENCH_I2V and run.weights is not None:
        raise click.UsageError(
            "--weights names one network, and vbench-i2v has nine. Put each into TI2V_HOME/weights/NAME; "
            "the command prints what is missing."
        )
    if run.weights is not None and any(each.startswith("backbone=") for each in assignments):
        raise click.UsageError("--weights names the network already; remove --setting backbone.")
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
