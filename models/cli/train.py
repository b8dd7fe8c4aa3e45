"""`ti2v train`."""

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

# torch and the rest are imported inside, so that `--help` starts fast.

_STOPPED = 143  # what shells report for a program ended by SIGTERM


@click.command("train")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder of runs; this one goes into NAME-SEED.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the config's.")
@click.option("--steps", type=click.IntRange(min=1), help="Instead of the config's.")
@click.option("--against", type=click.Path(path_type=Path), help="Train this config too and compare.")
@click.option(
    "--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Runs of each, with --against."
)
def train(
    config: Path, output: Path, seed: int | None, steps: int | None, against: Path | None, seeds: int
) -> int:
    """Train MotiF as CONFIG says, or go on where the run's folder left off.

    CONFIG is a TOML file, or the name of one that comes with the package: paper, without, ..., tiny.
    With --against, both are trained from the same seeds and the table of Figure 6 goes to stdout; runs that
    are finished are not trained again.
    """
    from models.training.compare_runs import comparison_table
    from models.training.config_io import changed, read_config, shipped_or_path
    from models.training.errors import NoClips
    from models.training.figure6_files import draw_region_losses

    if against and os.environ.get("WORLD_SIZE", "1") != "1":
        raise click.UsageError("--against runs in one process; train the runs one by one, then compare them.")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    configs = [read_config(shipped_or_path(named)) for named in (config, against) if named is not None]
    runs: dict[str, list[list[RegionLoss]]] = {each.name: [] for each in configs}
    for number in range(seeds if against else 1):
        for each in configs:
            first = each.seed if seed is None else seed
            rows = _run(changed(each, seed=first + number, steps=steps), output)
            if rows is None:
                return _STOPPED
            runs[each.name].append(rows)
    if against:
        if not all(rows for seeds_of_one in runs.values() for rows in seeds_of_one):
            raise NoClips("--against compares held-out clips, and of a config none moves; see [data].")
        draw_region_losses(output / "figure6.png", runs)
        click.echo(comparison_table(runs))
    return 0


def _run(config: "TrainingConfig", output: Path) -> "list[RegionLoss] | None":
    """Return Figure 6 of a run, trained now or before; None if it was told to stop."""
    from models.training.compare_runs import finished_figure6
    from models.training.loop import Ended
    from models.training.run import run_training

    folder = output / f"{config.name}-{config.seed}"
    finished = finished_figure6(folder, config)
    if finished is not None:
        click.echo(f"{folder} is finished.", err=True)
        return finished
    outcome = run_training(config, folder, output / "cache")
    skipped = f"; {counted(len(outcome.broken), 'broken clip')} skipped" if outcome.broken else ""
    if outcome.ended is Ended.STOPPED:
        click.echo(f"Stopped after step {outcome.steps_done}; the same command goes on.", err=True)
        return None
    click.echo(
        f"{folder}: {counted(outcome.steps_done, 'step')} on {counted(outcome.clips, 'clip')}{skipped}.",
        err=True,
    )
    return outcome.figure6
