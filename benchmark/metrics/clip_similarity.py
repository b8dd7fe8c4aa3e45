"""Computes a clip's similarity to its prompt and its input image with CLIP (Animate Bench, AIGCBench).

Sources: Animate Bench (PIA, arXiv:2312.13964) and AIGCBench (arXiv:2401.01651). CLIPScore (arXiv:2104.08718)
scales the text cosine by 2.5. Papers do not always state whether a table contains cosines or CLIPScores, so
the functions return both. Higher scores are better.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmark.metrics.vectors import cosines, feature_rows

CLIP_SCORE_SCALE = 2.5


@dataclass(frozen=True)
class Similarity:
    """The mean cosine over frames, in [-1, 1], and its CLIPScore, in [0, 2.5]."""

    cosine: float
    clip_score: float


def clip_similarity(reference: ArrayLike, frames: ArrayLike) -> Similarity:
    """Return the similarity of a clip's frames to one text or image, averaged over the frames.

    Args:
        reference: (dimensions,) features of the text or the input image.
        frames: (frames, dimensions) features of the frames.

    Raises:
        MetricInputError: there are no frames, or a feature is not finite.
    """
    values = cosines(feature_rows(frames, name="frames"), feature_rows(reference, name="reference"))
    return Similarity(float(values.mean()), float((CLIP_SCORE_SCALE * np.maximum(values, 0)).mean()))


def adjacent_similarity(frames: ArrayLike) -> float:
    """Return the mean cosine of neighbouring frames (AIGCBench), in [-1, 1]; needs at least 2 frames."""
    rows = feature_rows(frames, name="frames", at_least=2)
    return float(cosines(rows[1:], rows[:-1]).mean())
