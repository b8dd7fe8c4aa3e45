"""Figure 6 as numbers and as a picture; the same rows give the same bytes."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from models.training.atomic_io import write_text, written_whole
from models.training.figure6 import RegionLoss

_COLUMNS = ("timestep", "inside", "overall", "ratio")


def write_region_losses(named: Path, rows: Sequence[RegionLoss]) -> None:
    """Write `named`.csv and `named`.json."""
    table = [asdict(row) | {"ratio": row.ratio} for row in rows]
    with (
        written_whole(named.with_suffix(".csv")) as unfinished,
        unfinished.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        writer.writerows(table)
    write_text(named.with_suffix(".json"), json.dumps(table, indent=1) + "\n")


def draw_region_losses(path: Path, runs: Mapping[str, Sequence[Sequence[RegionLoss]]]) -> None:
    """Draw one line for each name: the mean over its runs, and a band from the lowest to the highest.

    Args:
        runs: rows of each seed by name.
    """
    # Half a second; only whoever draws pays it. No pyplot: it keeps state, and picks a window system.
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
    with written_whole(path) as unfinished:
        figure.savefig(unfinished, metadata={"Software": None})
