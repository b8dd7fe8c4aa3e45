"""Writes Figure 6 as CSV, JSON and a plot. The same Figure 6 rows always give byte-identical files."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from models.training.atomic_io import atomic_write, atomic_write_text
from models.training.figure6 import RegionLoss

_COLUMNS = ("timestep", "inside", "overall", "ratio")


def write_region_losses(stem: Path, rows: Sequence[RegionLoss]) -> None:
    """Write the rows to `stem`.csv and `stem`.json.

    Raises:
        CannotWrite: the disk is full.
    """
    table = [asdict(row) | {"ratio": row.ratio} for row in rows]
    with (
        atomic_write(stem.with_suffix(".csv")) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        writer.writerows(table)
    atomic_write_text(stem.with_suffix(".json"), json.dumps(table, indent=1) + "\n")


def plot_region_losses(path: Path, runs: Mapping[str, Sequence[Sequence[RegionLoss]]]) -> None:
    """Plot one line per config: the mean over the config's runs, and a band from minimum to maximum.

    Args:
        path: the image file.
        runs: the Figure 6 rows of every seed, as one list for each config name.

    Raises:
        CannotWrite: the disk is full.
    """
    # Import matplotlib here, because the import takes half a second. Do not use pyplot, which has global
    # state and selects a GUI backend.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name, seeds in runs.items():
        timesteps = [row.timestep for row in seeds[0]]
        ratios = np.array([[row.ratio for row in rows] for rows in seeds])
        (line,) = axes.plot(timesteps, ratios.mean(axis=0), marker="o", label=name)
        axes.fill_between(
            timesteps, ratios.min(axis=0), ratios.max(axis=0), alpha=0.2, color=line.get_color(), linewidth=0
        )
    axes.set_xlabel("timestep")
    axes.set_ylabel("loss in high-motion regions / loss overall")
    axes.legend()
    with atomic_write(path) as temporary:
        figure.savefig(temporary, metadata={"Software": None})
