"""Compares two configs by the loss ratio that Figure 6 of the MotiF paper plots.

Both configs are trained with the same seeds. The ratios are measured on these runs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.training.config import TrainingConfig
from models.training.config_io import read_config, settings_key
from models.training.errors import CannotResume
from models.training.figure6 import RegionLoss, mean_ratio

Seeds = Sequence[Sequence[RegionLoss]]


@dataclass(frozen=True)
class SeedStatistics:
    """Mean, minimum and maximum of a result over runs that differ only in the seed."""

    mean: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.lowest:.3f} to {self.highest:.3f})"


def seed_statistics(numbers: Sequence[float]) -> SeedStatistics:
    """Return the mean, minimum and maximum of `numbers`, which holds one result per seed."""
    return SeedStatistics(sum(numbers) / len(numbers), min(numbers), max(numbers))


def read_finished_figure6(folder: Path, config: TrainingConfig) -> list[RegionLoss] | None:
    """Return the Figure 6 rows of the run in a folder.

    Returns None if the run is not finished, or if its number of steps or its validation settings differ from
    `config`.

    Raises:
        CannotResume: the folder holds a run with other settings, or the run's training.json is damaged.
    """
    path = folder / "training.json"
    if not path.exists():
        return None
    finished = read_config(folder / "config.toml")
    if settings_key(finished) != settings_key(config):
        raise CannotResume(
            f"{folder} was trained with other settings (see its config.toml). Choose another folder with "
            "--output."
        )
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        rows = [RegionLoss(**row) for row in summary["figure6"]]
        is_same = summary["steps"] == config.optimiser.steps and finished.validation == config.validation
    except (ValueError, KeyError, TypeError) as error:
        raise CannotResume(f"{path} is damaged: {error}. Remove it to train again.") from error
    return rows if is_same else None


def comparison_table(runs: Mapping[str, Seeds]) -> str:
    """Return a Markdown table of loss ratios, with one row per timestep and one column per config.

    The last column states for how many seeds the first config has the lower ratio.

    Args:
        runs: the Figure 6 rows of every seed, as one list for each of the two config names. Both configs have
            the same seeds and timesteps.
    """
    (first, firsts), (second, seconds) = runs.items()
    lines = [f"| timestep | {first} | {second} | {first} lower |", "|---|---|---|---|"]
    for index, row in enumerate(firsts[0]):
        columns = [[rows[index].ratio for rows in seeds] for seeds in (firsts, seconds)]
        lines.append(_line(str(row.timestep), *columns))
    lines.append(_line("mean", [mean_ratio(rows) for rows in firsts], [mean_ratio(rows) for rows in seconds]))
    return "\n".join(lines)


def _line(label: str, firsts: Sequence[float], seconds: Sequence[float]) -> str:
    lower = sum(a < b for a, b in zip(firsts, seconds, strict=True))
    return f"| {label} | {seed_statistics(firsts)} | {seed_statistics(seconds)} | {lower} of {len(firsts)} |"
