"""`ti2v repro plan`, `run` and `encoders`: the experiments that test the paper's claims again."""

import logging
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from benchmark.cli.parameters import FiniteFloatRange
from benchmark.plurals import counted
from benchmark.repro.paper_settings import PLANNED_SEEDS

if TYPE_CHECKING:
    from models.repro.run_configs import Run

# torch and other large packages are imported inside the functions, so that `--help` starts fast.

# By `models.repro.processes.GridResult`; shells report 143 for a process that SIGTERM ended.
_EXIT_CODES = {"complete": 0, "failed": 1, "stopped": 143}
_MEASUREMENTS = Path("docs/reproduction/measurements")
# The options that `_grid_options` adds.
_GRID_OPTIONS = ("seeds", "steps", "output", "processes")


def _grid_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("runs", nargs=-1),
        click.option(
            "--seeds",
            type=click.IntRange(min=1),
            default=len(PLANNED_SEEDS),
            show_default=True,
            help="Number of seeds of each setting, counted from seed 0.",
        ),
        click.option(
            "--steps",
            type=click.IntRange(min=1),
            help="Number of training steps, for trials (default: from the config).",
        ),
        click.option(
            "--output",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path("runs/repro"),
            show_default=True,
            help="Folder of the runs.",
        ),
        click.option(
            "--processes",
            type=click.IntRange(min=1),
            default=2,
            show_default=True,
            help="Number of runs at the same time.",
        ),
    ):
        command = option(command)
    return command


@click.command("plan")
@_grid_options
@click.option(
    "--hours",
    type=FiniteFloatRange(min=0, min_open=True),
    default=8.0,
    show_default=True,
    help="Maximum hours of the grid.",
)
@click.option(
    "--minutes",
    type=FiniteFloatRange(min=0, min_open=True),
    default=150.0,
    show_default=True,
    help="Maximum minutes of a piece.",
)
def plan(
    runs: tuple[str, ...],
    seeds: int,
    steps: int | None,
    output: Path,
    processes: int,
    hours: float,
    minutes: float,
) -> int:
    """Print the time and disk space that RUNS need on this machine, and the `ti2v repro run` commands.

    RUNS are names of settings (reference) or of runs (reference-0). Without RUNS, the command plans the whole
    grid. To estimate the time, the command trains a few steps, then generates and measures two clips. If the
    grid is too large, the exit code is 1.
    """
    from models.motif.torch_threads import cpu_threads
    from models.repro.plan import plan_grid, refusals

    chosen = _chosen(runs, seeds, steps)
    with cpu_threads(1):
        planned = plan_grid(chosen, processes=processes)
    total = [sum(getattr(cost, name) for cost in planned.costs.values()) for name in ("train_s", "sample_s")]
    click.echo(
        f"{counted(len(chosen), 'run')}: {planned.hours:.2f} hours, {processes} at a time "
        f"(on idle cores about {planned.idle_hours:.2f} hours; the runs together: "
        f"{total[0] / 3600:.2f} hours of training, {total[1] / 3600:.2f} hours of generation and measures), "
        f"{planned.disk_bytes / 1e9:.2f} GB."
    )
    existing = next(folder for folder in (output.absolute(), *output.absolute().parents) if folder.exists())
    refused = refusals(planned, hours=hours, free_bytes=shutil.disk_usage(existing).free)
    if refused:
        raise click.ClickException(" ".join(refused))
    try:
        pieces = planned.pieces(minutes)
    except ValueError as error:
        raise click.ClickException(f"{error}. Raise --minutes or lower --steps.") from error
    for number, piece in enumerate(pieces, start=1):
        command = run_command_line(click.get_current_context(), [run.name for run in piece])
        click.echo(f"Piece {number} ({planned.minutes(piece):.0f} minutes): {command}")
    return 0


def run_command_line(context: click.Context, names: Sequence[str]) -> str:
    """Return the `ti2v repro run` command for these runs.

    The returned command contains the options that the user gave to `ti2v repro plan`, if `ti2v repro run` has
    the same options.
    """
    words = ["ti2v", "repro", "run", *names]
    for name in _GRID_OPTIONS:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            words += [f"--{name}", str(context.params[name])]
    return shlex.join(words)


@click.command("run")
@_grid_options
@click.option(
    "--measurements",
    type=click.Path(path_type=Path, file_okay=False),
    default=_MEASUREMENTS,
    show_default=True,
    help="Folder of the measurement files.",
)
@click.option(
    "--minutes",
    type=FiniteFloatRange(min=0, min_open=True),
    help="Stop after this number of minutes; the same command resumes.",
)
@click.option(
    "--gpus",
    type=click.IntRange(min=1),
    help="Number of GPUs of this machine or of the Ray cluster; each run gets one GPU.",
)
@click.option("--ray-address", help="Run on the Ray cluster at this address; its machines share the folders.")
def run(
    runs: tuple[str, ...],
    seeds: int,
    steps: int | None,
    output: Path,
    processes: int,
    measurements: Path,
    minutes: float | None,
    gpus: int | None,
    ray_address: str | None,
) -> int:
    """Train RUNS, generate the held-out clips, and write two measurement files for each run.

    RUNS are names of settings (reference) or of runs (reference-0). Without RUNS, the command runs the whole
    grid. Finished runs are not repeated. A stopped or killed run resumes at its checkpoint.
    """
    if ray_address:
        _refuse_options_without_effect(click.get_current_context())
    from models.repro.processes import run_in_processes
    from models.repro.run import RunFolders, complete_run

    chosen = _chosen(runs, seeds, steps)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    task = partial(complete_run, folders=RunFolders(output.absolute(), measurements.absolute()))
    if ray_address:
        from models.repro.grid_on_ray import run_on_ray
        from models.worker.ray_engine import ray_cluster

        with ray_cluster(ray_address):
            return _EXIT_CODES[run_on_ray(chosen, task, gpus=gpus, report=_report)]
    devices = [str(number) for number in range(gpus)] if gpus else [""] * processes
    seconds = None if minutes is None else 60 * minutes
    return _EXIT_CODES[run_in_processes(chosen, task, devices=devices, seconds=seconds, report=_report)]


def _refuse_options_without_effect(context: click.Context) -> None:
    for name in ("processes", "minutes"):
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(
                f"--{name} has no effect with --ray-address, because the Ray cluster schedules the runs. "
                f"Leave out --{name}; --gpus limits the number of runs at the same time."
            )


@click.command("encoders")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for sprite-autoencoder/ and sprite-image-encoder/.",
)
def encoders(output: Path) -> int:
    """Train the autoencoder and the image encoder of the sprite networks again.

    The package contains both encoders in models/checkpoints. Training again on the same machine gives the
    same weights.
    """
    from models.repro.encoders import write_encoders

    write_encoders(output)
    return 0


def _chosen(names: tuple[str, ...], seeds: int, steps: int | None) -> "list[Run]":
    from models.repro.run_configs import chosen_runs

    try:
        return chosen_runs(names, seeds, steps=steps)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error


def _report(run: "Run", result: str) -> None:
    click.echo(f"{run.name}: {result}", err=True)
