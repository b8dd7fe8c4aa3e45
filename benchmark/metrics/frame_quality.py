"""Computes aesthetic and imaging quality (VBench): the mean rating that a network gives to the frames.

Source: VBench, commit 45e79ec, vbench/aesthetic_quality.py (CLIP ViT-L/14 and the LAION linear head sa_0_4,
ratings 0 to 10) and imaging_quality.py (MUSIQ-SPAQ, ratings 0 to 100). The scores are in [0, 1]; higher
scores are better.
"""

import numpy as np
from numpy.typing import ArrayLike

from benchmark.metrics.vectors import MetricInputError

AESTHETIC_SCALE = 10.0
IMAGING_SCALE = 100.0


def aesthetic_quality(ratings: ArrayLike) -> float:
    """Return the mean rating divided by 10; `ratings` has one value per frame."""
    return _mean(ratings) / AESTHETIC_SCALE


def imaging_quality(ratings: ArrayLike) -> float:
    """Return the mean rating divided by 100; `ratings` has one value per frame."""
    return _mean(ratings) / IMAGING_SCALE


def _mean(ratings: ArrayLike) -> float:
    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise MetricInputError("Ratings must be one finite number for each frame, at least one.")
    return float(values.mean())
