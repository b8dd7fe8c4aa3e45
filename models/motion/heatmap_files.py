"""Writes heatmaps as `.npy` or `.npz` files."""

from pathlib import Path

import numpy as np

from models.motion.heatmap import Heatmap
from models.motion.settings import HeatmapSettings


def write_heatmap(path: Path, heatmap: Heatmap, *, settings: HeatmapSettings, flow_name: str) -> None:
    """Write a heatmap. The file name extension selects the format.

    `.npy` holds the heatmap only. `.npz` also holds `settings` (JSON) and `flow` (the estimator's name).

    Args:
        heatmap: (frames, height, width) float32 in [0, 1].
    """
    if path.suffix == ".npy":
        np.save(path, heatmap)
    else:
        np.savez_compressed(path, heatmap=heatmap, settings=settings.model_dump_json(), flow=flow_name)
