"""Computes the scores of the suite `motion` from decoded frames."""

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.artifacts import artifacts
from benchmark.metrics.first_frame import first_frame_mse
from benchmark.metrics.motion_amount import motion_amount
from benchmark.metrics.truth import Truth, truth_scores
from benchmark.metrics.vectors import MetricInputError
from models.motion.flow import create_flow_estimator
from models.motion.frames import BadClip

Frames = NDArray[np.uint8]


def score_motion(
    frames: Frames, *, fps: float, image: Frames, truth: Truth | None, flow_name: str = "dis-medium"
) -> dict[str, float]:
    """Return the scores of decoded frames in the suite `motion`.

    Args:
        frames: (frames, height, width, 3) uint8 RGB, at least 3 frames.
        image: (height, width, 3) uint8, the input image at the clip's size.
        truth: the true clip (rendered with the correct motion), with the shape of `frames`; None if the true
            clip is unknown.

    Raises:
        MetricInputError: a side has fewer than 8 pixels, or the true clip and `frames` differ in shape.
    """
    try:
        flow = create_flow_estimator(flow_name)(frames)
    except BadClip as error:
        raise MetricInputError(f"The {error}") from error
    amount = motion_amount(flow, fps=fps)
    found = artifacts(frames)
    scores = {
        "mean_flow": amount.mean_flow,
        "moving_pixels": amount.moving_pixels,
        "first_frame_mse": first_frame_mse(image, frames[0]),
        "colour_shift": found.colour_shift,
        "flashes": float(found.flashes),
        "freezes": found.freezes,
        "loop": found.loop,
        "cuts": float(found.cuts),
    }
    return scores if truth is None else scores | truth_scores(frames, flow, truth)
