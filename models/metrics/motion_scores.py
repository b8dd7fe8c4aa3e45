"""Computes the scores of the suite `motion` in parallel processes. The suite needs no network weights."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.artifacts import artifacts
from benchmark.metrics.first_frame import first_frame_mse
from benchmark.metrics.motion_amount import motion_amount
from benchmark.metrics.truth import Truth, truth_scores
from benchmark.metrics.vectors import MetricInputError
from models.metrics.clip_input import ClipInput
from models.metrics.truths import truth_of_pair
from models.motion.flow import create_flow_estimator
from models.motion.frames import BadClip

MAX_SIDE = 256
_MIN_FRAMES = 3

Frames = NDArray[np.uint8]


def motion_scores(clip: ClipInput, *, flow_name: str = "dis-medium") -> Mapping[str, float]:
    """Return the scores of one clip in the suite `motion`.

    Scores that compare the clip with the true clip are returned only for pairs of synthetic benchmarks.

    Raises:
        MetricInputError: the clip has fewer than 3 frames, or a side of fewer than 8 pixels.
        UnreadableVideo: the clip cannot be decoded.
    """
    frames = _reduced(clip.video.frames)
    if len(frames) < _MIN_FRAMES:
        raise MetricInputError(
            f"The suite motion needs at least {_MIN_FRAMES} frames, not {len(frames)}. Use a longer clip."
        )
    height, width = frames.shape[1:3]
    truth = truth_of_pair(clip.pair, frames=len(frames), size=(height, width))
    image = covering(clip.image, height, width)
    return score_motion(frames, fps=float(clip.video.fps), image=image, truth=truth, flow_name=flow_name)


def score_motion(
    frames: Frames, *, fps: float, image: Frames, truth: Truth | None, flow_name: str = "dis-medium"
) -> dict[str, float]:
    """Return the scores of decoded frames in the suite `motion`.

    Args:
        frames: (frames, height, width, 3) uint8 RGB, at least 3 frames.
        image: (height, width, 3) uint8, the input image at the clip's size.
        truth: the true clip in the shape of `frames`; None if it is unknown.

    Raises:
        MetricInputError: a side has fewer than 8 pixels, or the true clip has another shape.
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


def _reduced(frames: Frames) -> Frames:
    """Scale the frames down until the shorter side has at most 256 pixels.

    On the smaller frames, optical flow runs 10 times faster and is equally informative.
    """
    height, width = frames.shape[1:3]
    scale = MAX_SIDE / min(height, width)
    if scale >= 1:
        return frames
    size = (2 * round(width * scale / 2), 2 * round(height * scale / 2))
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def covering(image: Frames, height: int, width: int) -> Frames:
    """Scale the image to cover the clip's size and crop the centre, as models do with an input image."""
    rows, columns = image.shape[:2]
    scale = max(height / rows, width / columns)
    size = (max(width, round(columns * scale)), max(height, round(rows * scale)))
    large = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.asarray(large[top : top + height, left : left + width], dtype=np.uint8)
