"""Scores a clip of a synthetic pair against the true clip, whose exact flow and masks are known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.motion_amount import Flow
from benchmark.metrics.true_motion import Mask, true_motion
from benchmark.metrics.vectors import MetricInputError

Frames = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Truth:
    """The true clip of a pair.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB; frame 0 is the input image.
        flow: (frames - 1, height, width, 2) exact displacement to the next frame in pixels; None if the flow
            is not exact everywhere, for example because an object changes its colour.
        mask: (frames, height, width) bool, the visible pixels of the object that the prompt names.
        enters: whether the object is new, that is, not visible in the input image.
    """

    frames: Frames
    flow: Flow | None
    mask: Mask
    enters: bool

    @cached_property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.frames.shape[1], self.frames.shape[2]


def truth_scores(frames: Frames, flow: Flow, truth: Truth) -> dict[str, float]:
    """Return the scores of the suite `motion` that need the true clip.

    A score that is not defined for the pair is left out: `new_object` if no object enters, `direction_error`
    if the object does not move in one direction, and all scores of motion if the true flow is unknown.

    Args:
        frames: the decoded clip, with the same shape as `truth.frames`.
        flow: the estimated flow of the clip, (frames - 1, height, width, 2) in pixels.

    Raises:
        MetricInputError: the shapes differ, or the flow is not finite.
    """
    if frames.shape != truth.frames.shape:
        raise MetricInputError(
            f"The clip and the true clip must have one shape, not {frames.shape} and {truth.frames.shape}."
        )
    scores = {"new_object": new_object(frames[-1], truth)} if truth.enters and truth.mask[-1].any() else {}
    if truth.flow is None or not truth.flow[truth.mask[:-1]].any():
        return scores
    motion = true_motion(flow, truth.flow, truth.mask[:-1])
    scores |= {
        "share_inside": motion.share_inside,
        "amount_ratio": motion.amount_ratio,
        "background_drift": motion.background_drift,
    }
    if motion.direction_error is not None:
        scores["direction_error"] = motion.direction_error
    return scores


def new_object(last_frame: Frames, truth: Truth) -> float:
    """Return how closely the last frame of a clip shows the new object at its true place, in [0, 1].

    The score is 1 - sum |last frame - true last frame| / sum |input image - true last frame|. Both sums are
    over the pixels that the object covers in the true last frame. The true clip scores 1. A clip whose last
    frame is the input image scores 0. A last frame that is even less similar to the true last frame also
    scores 0.

    Args:
        last_frame: (height, width, 3) uint8, the clip's last frame.
        truth: a true clip whose object is visible in the last frame.

    Raises:
        MetricInputError: the object looks like the background, so that its appearance cannot be measured.
    """
    region = truth.mask[-1]
    true_last = truth.frames[-1][region].astype(np.float64)
    whole = np.abs(truth.frames[0][region] - true_last).sum()
    if whole == 0:
        raise MetricInputError("The new object is not visible in the true clip's last frame.")
    return float(np.clip(1 - np.abs(last_frame[region] - true_last).sum() / whole, 0.0, 1.0))
