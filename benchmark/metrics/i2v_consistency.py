"""Computes image-to-video consistency (VBench-I2V subject and background): a clip's similarity to its image.

Source: VBench, commit 45e79ec, vbench2_beta_i2v/i2v_subject.py and i2v_background.py. The scores are in [0,
1]; higher scores are better. VBench uses DINO ViT-B/16 features for the subject and the DreamSim ensemble for
the background.
"""

import numpy as np
from numpy.typing import ArrayLike

from benchmark.metrics.vectors import cosines, feature_rows

MAX_WEIGHT, MEAN_WEIGHT, MIN_WEIGHT = 0.4, 0.3, 0.3


def i2v_consistency(image: ArrayLike, frames: ArrayLike) -> float:
    """Return the consistency score, which is a weighted sum of three cosines.

    The sum is 0.4 * (largest cosine of the image and a frame) + 0.3 * (mean cosine of neighbouring frames) +
    0.3 * (smallest cosine of neighbouring frames). Negative cosines count as 0.

    Args:
        image: (dimensions,) features of the input image.
        frames: (frames, dimensions) features of the frames in order; at least 2 frames.

    Raises:
        MetricInputError: there are fewer than 2 frames, or a feature is not finite.
    """
    image_row = feature_rows(image, name="input image")
    rows = feature_rows(frames, name="frames", at_least=2)
    to_image = np.maximum(cosines(rows, image_row), 0)
    neighbours = np.maximum(cosines(rows[1:], rows[:-1]), 0)
    return float(
        MAX_WEIGHT * to_image.max() + MEAN_WEIGHT * neighbours.mean() + MIN_WEIGHT * neighbours.min()
    )
