"""`ti2v train`: trains one config, or two configs to compare them."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.plurals import counted

if TYPE_CHECKING:
    from models.training.config import TrainingConfig
    from models.training.figure6 import RegionLoss

# torch and other large packages are imported inside the functions, so that `--help` starts fast.

_STOPPED = 143  # the exit status that shells report for a process terminated by SIGTERM


@click.command("train")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder for runs; each run has a subfolder NAME-SEED.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Random seed of the run (default: from the config).")
@click.option(
    "--steps", type=click.IntRange(min=1), help="Number of optimiser steps (default: from the config)."
)
@click.option(
    "--against", type=click.Path(path_type=Path), help="Also train this config, and compare the two."
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="With --against: number of runs per config, each with its own seed.",
)
def train(
    config: Path, output: Path, seed: int | None, steps: int | None, against: Path | None, seeds: int
) -> int:
    """Train MotiF with CONFIG, or resume the run from its newest checkpoint.

    CONFIG is a TOML file, or the name of a config in the package: paper, without, ..., tiny. With --against,
    the command trains both configs with the same seeds, and prints a table that compares the Figure 6 ratios
    of the configs. Finished runs are not trained again.
    """
    from models.training.compare_runs import comparison_table
    from models.training.config_io import read_config, resolve_config_path, with_overrides
    from models.training.errors import NoClips
    from models.training.figure6_files import plot_region_losses

    if against and os.environ.get("WORLD_SIZE", "1") != "1":
        raise click.UsageError(
            "--against works in a single process only. Train each config separately, then run the comparison."
        )
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    configs = [read_config(resolve_config_path(path)) for path in (config, against) if path is not None]
    runs: dict[str, list[list[RegionLoss]]] = {each.name: [] for each in configs}
    for number in range(seeds if against else 1):
        for each in configs:
            first = each.seed if seed is None else seed
            rows = _run(with_overrides(each, seed=first + number, steps=steps), output)
            if rows is None:
                return _STOPPED
            runs[each.name].append(rows)
    if against:
        if not all(rows for seeds_of_config in runs.values() for rows in seeds_of_config):
            raise NoClips(
                "--against compares moving held-out clips, and a config has none. Check its [data] settings."
            )
        plot_region_losses(output / "figure6.png", runs)
        click.echo(comparison_table(runs))
    return 0


def _run(config: "TrainingConfig", output: Path) -> "list[RegionLoss] | None":
    """Train a run, unless the run is already finished.

    Return the run's Figure 6 rows; None if a signal stopped the run.
    """
    from models.training.compare_runs import read_finished_figure6
    from models.training.loop import StopReason
    from models.training.run import run_training

    folder = output / f"{config.name}-{config.seed}"
    finished = read_finished_figure6(folder, config)
    if finished is not None:
        click.echo(f"{folder} is finished.", err=True)
        return finished
    result = run_training(config, folder, output / "cache")
    skipped = f"; skipped {counted(len(result.broken), 'broken clip')}" if result.broken else ""
    if result.reason is StopReason.STOPPED:
        click.echo(f"Stopped after step {result.steps_done}. Run the same command again to resume.", err=True)
        return None
    click.echo(
        f"{folder}: {counted(result.steps_done, 'step')} on {counted(result.clips, 'clip')}{skipped}.",
        err=True,
    )
    return result.figure6
