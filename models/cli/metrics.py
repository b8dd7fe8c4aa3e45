"""`ti2v metrics`: computes automatic metrics of folders of clips, or prints the scores of submissions."""

import os
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from benchmark.metrics.suites import SUITES
from benchmark.plurals import counted
from benchmark.protocol import MetricFormat, SuiteName
from benchmark.wire.common import SUBMISSION_NAME
from models.backbones.dtype import Dtype

if TYPE_CHECKING:
    from models.metrics.options import MetricRun

_FOLDER_OPTIONS = ("benchmark", "assignments", "names", "device", "dtype", "workers", "weights")
_SUBMISSION_OPTIONS = ("start", "again", "server", "key")


@click.command("metrics")
@click.argument("sources", metavar="FOLDER|SUBMISSION...", nargs=-1, required=True)
@click.option("--benchmark", help="The bundled benchmark's slug, a folder, a CSV, or hf://OWNER/NAME.")
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
@click.option("--start", is_flag=True, help="Submissions: measure the clips without scores, and wait.")
@click.option("--again", is_flag=True, help="With --start: also measure clips with scores again.")
@click.option("--server", envvar="TI2V_SERVER", show_envvar=True, help="Submissions: address of the server.")
@click.option("--key", envvar="TI2V_KEY", show_envvar=True, help="Submissions: your key on that server.")
@click.pass_context
def metrics(
    context: click.Context,
    sources: tuple[str, ...],
    benchmark: str | None,
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
    start: bool,
    again: bool,
    server: str | None,
    key: str | None,
) -> None:
    """Compute the metrics of a suite for each FOLDER of clips, or print a SUBMISSION's scores from a server.

    Each row is one folder, or one submission (an id, model or model@label). Scores of folders are cached, so
    an interrupted run continues and a second run is quick. If clips of some pairs are missing, every table is
    marked as partial.
    """
    chosen = MetricFormat(file_format)
    if _are_submissions(sources):
        _refuse_options(context, _FOLDER_OPTIONS, "folders")
        from models.cli.submission_metrics import print_submission_metrics

        print_submission_metrics(
            sources,
            SuiteName(suite_name),
            chosen,
            output,
            start=start,
            again=again,
            verbose=verbose,
            server=server,
            key=key,
        )
        return
    _refuse_options(context, _SUBMISSION_OPTIONS, "submissions")
    if benchmark is None:
        raise click.UsageError("Missing option '--benchmark': it names the pairs of the clips in a folder.")
    folders = tuple(map(Path, sources))
    from benchmark.cli.output import write_output
    from benchmark.exports.metric_files import NamedTable, metric_tables_bytes
    from models.cli.metric_gaps import print_gaps, print_lines, print_missing_metrics
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
        print_lines(f"{label}: {counted(len(each.ignored), 'ignored file')}", each.ignored, verbose)
    steps = sum(len(each.clips) for each in found) * suite.passes
    with click.progressbar(length=steps, label="Clips", show_pos=True, file=sys.stderr) as bar:
        tables = run_suite_over(suite, found, run, on_clip=lambda: bar.update(1))
    rows = [NamedTable(label, table) for label, table in zip(labels, tables, strict=True)]
    print_missing_metrics(tables[0])
    for row in rows:
        print_gaps(row, verbose)
    write_output([metric_tables_bytes(rows, chosen)], output)


def _are_submissions(sources: tuple[str, ...]) -> bool:
    """Return whether the arguments are submissions, not folders. Raises UsageError."""
    folders = [source for source in sources if Path(source).is_dir()]
    others = [source for source in sources if source not in folders]
    unusable = [source for source in others if folders or not re.fullmatch(SUBMISSION_NAME, source)]
    if unusable:
        raise click.UsageError(
            f"{unusable[0]} is not a folder. Name existing folders with clips, or submissions of a server "
            "(an id, model or model@label), but not both."
        )
    return bool(others)


def _refuse_options(context: click.Context, names: tuple[str, ...], kind: str) -> None:
    """Refuse options on the command line that do nothing here. Raises UsageError."""
    for option in context.command.params:
        if option.name in names and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option.opts[0]} is an option for {kind}; remove it.")


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
