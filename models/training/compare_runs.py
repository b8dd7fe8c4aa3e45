"""Two configs trained from the same seeds, side by side: is the ratio of Figure 6 lower with one of them?"""

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
class Spread:
    """A number over seeds."""

    mean: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.lowest:.3f} to {self.highest:.3f})"


def spread(numbers: Sequence[float]) -> Spread:
    """Return mean, lowest and highest."""
    return Spread(sum(numbers) / len(numbers), min(numbers), max(numbers))


def finished_figure6(folder: Path, config: TrainingConfig) -> list[RegionLoss] | None:
    """Return the rows of a finished run of this config; None where the folder has none, or a shorter one.

    Raises:
        CannotResume: the folder is a run of other settings, or its account is damaged.
    """
    path = folder / "training.json"
    if not path.exists():
        return None
    before = read_config(folder / "config.toml")
    if settings_key(before) != settings_key(config):
        raise CannotResume(
            f"{folder} was trained with other settings (its config.toml); name another folder with --output."
        )
    try:
        account = json.loads(path.read_text(encoding="utf-8"))
        rows = [RegionLoss(**row) for row in account["figure6"]]
        same = account["steps"] == config.optimiser.steps and before.validation == config.validation
    except (ValueError, KeyError, TypeError) as error:
        raise CannotResume(f"{path} is damaged: {error}; remove it to train again.") from error
    return rows if same else None


def comparison_table(runs: Mapping[str, Seeds]) -> str:
    """Return a Markdown table: a line a timestep, a column a config, in how many seeds the first is lower.

    Args:
        runs: for each of two names, the rows of each seed; the same seeds and timesteps for both.
    """
    (first, firsts), (second, seconds) = runs.items()
    lines = [f"| timestep | {first} | {second} | {first} lower |", "|---|---|---|---|"]
    for place, row in enumerate(firsts[0]):
        columns = [[rows[place].ratio for rows in seeds] for seeds in (firsts, seconds)]
        lines.append(_line(str(row.timestep), *columns))
    lines.append(_line("mean", [mean_ratio(rows) for rows in firsts], [mean_ratio(rows) for rows in seconds]))
    return "\n".join(lines)


def _line(label: str, firsts: Sequence[float], seconds: Sequence[float]) -> str:
    lower = sum(a < b for a, b in zip(firsts, seconds, strict=True))
    return f"| {label} | {spread(firsts)} | {spread(seconds)} | {lower} of {len(firsts)} |"
