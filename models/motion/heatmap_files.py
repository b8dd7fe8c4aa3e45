"""Heatmaps as files of numpy arrays."""

from pathlib import Path

import numpy as np

from models.motion.heatmap import Heatmap
from models.motion.settings import HeatmapSettings


def write_array(path: Path, heatmap: Heatmap, *, settings: HeatmapSettings, flow_name: str) -> None:
    """Write `.npy` (the heatmap alone), or `.npz`: `heatmap`, and `settings` and `flow` as texts.

    Args:
        heatmap: (frames, height, width) float32.
    """
    if path.suffix == ".npy":
        np.save(path, heatmap)
    else:
        np.savez_compressed(path, heatmap=heatmap, settings=settings.model_dump_json(), flow=flow_name)
