"""Computes the scores of the suite `motion` for clips of a synthetic benchmark that are in memory."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.truth import Truth
from models.metrics.frame_scores import score_motion

# The measures of docs/reproduction.md, in the order of the columns of a measurement file.
COLUMNS = (
    "share_inside",
    "direction_error",
    "amount_ratio",
    "new_object",
    "background_drift",
    "first_frame_mse",
)
# Optical flow needs larger images than 32 x 32 pixels. On true sprite clips, the combination of cubic
# enlargement to 128 pixels and DIS without the filter for static regions has the smallest error
# (docs/reproduction.md).
MEASURED_SIDE = 128
FLOW = "dis-medium-plain"


def measure_clips(
    generated: NDArray[np.uint8], truths: Sequence[Truth], *, fps: float = 8.0
) -> list[dict[str, float | None]]:
    """Return the measures of clips; a measure that is not defined for a pair is None.

    Args:
        generated: (clips, frames, height, width, 3) uint8 RGB.
        truths: the true clip of each generated clip, with the same shape.
        fps: frames per second.

    Raises:
        ValueError: the number of generated clips differs from the number of true clips.
        MetricInputError: the shapes of a clip and its true clip differ.
    """
    return [_measures(frames, truth, fps) for frames, truth in zip(generated, truths, strict=True)]


def _measures(frames: NDArray[np.uint8], truth: Truth, fps: float) -> dict[str, float | None]:
    factor = max(1, MEASURED_SIDE // min(truth.size))
    large = upsample_truth(truth, factor)
    scores = score_motion(
        upsample_bicubic(frames, factor), fps=fps, image=large.frames[0], truth=large, flow_name=FLOW
    )
    return {name: scores.get(name) for name in COLUMNS}


def upsample_bicubic(frames: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Upsample frames, (frames, height, width, 3), by bicubic interpolation."""
    return (
        np.stack(
            [cv2.resize(frame, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC) for frame in frames]
        )
        if factor > 1
        else frames
    )


def upsample_truth(truth: Truth, factor: int) -> Truth:
    """Upsample a true clip.

    In the flow and in the mask, every pixel is repeated. The flow is converted to pixels of the upsampled
    clip.
    """
    flow = None if truth.flow is None else factor * truth.flow.repeat(factor, axis=1).repeat(factor, axis=2)
    mask = truth.mask.repeat(factor, axis=1).repeat(factor, axis=2)
    return Truth(upsample_bicubic(truth.frames, factor), flow, mask, truth.enters)
