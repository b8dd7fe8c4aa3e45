"""`ti2v metrics`: computes automatic metrics of folders of clips, or prints the scores of submissions."""

import os
import re
from pathlib import Path

import click
from click.core import ParameterSource

from benchmark.metrics.suites import SUITES
from benchmark.protocol import MetricFormat, SuiteName
from benchmark.wire.common import SUBMISSION_NAME
from models.backbones.dtype import Dtype

_FOLDER_OPTIONS = ("benchmark", "assignments", "names", "device", "dtype", "workers", "weights", "common")
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
    "--common-pairs",
    "common",
    is_flag=True,
    help="Score only pairs of which every FOLDER has a clip, so that the rows can be compared.",
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
    common: bool,
    file_format: str,
    output: str,
    verbose: bool,
    start: bool,
    again: bool,
    server: str | None,
    key: str | None,
) -> None:
    """Compute the metrics of a suite for each FOLDER of clips, or print a SUBMISSION's scores from a server.

    Each row of the table is one folder or one submission (an id, a model or model@label). Scores of folders
    are cached, so an interrupted run continues and a second run is quick. If clips of some pairs are missing,
    every table is marked as partial.
    """
    chosen, suite = MetricFormat(file_format), SuiteName(suite_name)
    if _are_submissions(sources):
        _refuse_options(context, _FOLDER_OPTIONS, "folders")
        from models.cli.submission_metrics import print_submission_metrics

        print_submission_metrics(
            sources, suite, chosen, output, start=start, again=again, verbose=verbose, server=server, key=key
        )
        return
    _refuse_options(context, _SUBMISSION_OPTIONS, "submissions")
    if benchmark is None:
        raise click.UsageError("Missing option '--benchmark': it names the pairs of the clips in a folder.")
    from models.cli.folder_metrics import FolderOptions, print_folder_metrics

    options = FolderOptions(
        benchmark, suite, assignments, names, device, Dtype(dtype), workers, weights, common
    )
    print_folder_metrics(tuple(map(Path, sources)), options, chosen, output, verbose=verbose)


def _are_submissions(sources: tuple[str, ...]) -> bool:
    """Return True if the arguments name submissions, False if the arguments name folders.

    Raises UsageError.
    """
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
    """Refuse options of the command line that have no effect for the given arguments. Raises UsageError."""
    for option in context.command.params:
        if option.name in names and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option.opts[0]} is an option for {kind}; remove it.")
