"""Measures clips of a synthetic benchmark, held in memory, with the scores of the suite `motion`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.truth import Truth
from models.metrics.motion_scores import score_motion

# The measures of docs/reproduction.md, in the order of the columns of a measurement file.
COLUMNS = (
    "share_inside",
    "direction_error",
    "amount_ratio",
    "new_object",
    "background_drift",
    "first_frame_mse",
)
# Optical flow needs larger images than 32 x 32 pixels. The submissions of the re-test are enlarged in the
# same way, so that a worker of the service measures the same numbers.
MEASURED_SIDE = 192


def measure_clips(
    generated: NDArray[np.uint8], truths: Sequence[Truth], *, fps: float = 8.0
) -> list[dict[str, float | None]]:
    """Return the measures of clips; a measure that is not defined for a pair is None.

    Args:
        generated: (clips, frames, height, width, 3) uint8 RGB.
        truths: the true clip of each generated clip, with the same shape.
        fps: frames per second.

    Raises:
        ValueError: there are more or fewer clips than true clips.
        MetricInputError: the shapes of a clip and its true clip differ.
    """
    rows = []
    for frames, truth in zip(generated, truths, strict=True):
        factor = max(1, MEASURED_SIDE // min(truth.size))
        large = enlarged_truth(truth, factor)
        scores = score_motion(enlarged(frames, factor), fps=fps, image=large.frames[0], truth=large)
        rows.append({name: scores.get(name) for name in COLUMNS})
    return rows


def enlarged(frames: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Repeat every pixel `factor` times in both directions; (frames, height, width, 3)."""
    return frames.repeat(factor, axis=1).repeat(factor, axis=2)


def enlarged_truth(truth: Truth, factor: int) -> Truth:
    """Return a true clip in which every pixel is repeated; the flow is in pixels of the larger clip."""
    flow = None if truth.flow is None else factor * truth.flow.repeat(factor, axis=1).repeat(factor, axis=2)
    mask = truth.mask.repeat(factor, axis=1).repeat(factor, axis=2)
    return Truth(enlarged(truth.frames, factor), flow, mask, truth.enters)
