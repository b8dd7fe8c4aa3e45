"""Computes the scores of the suite `motion` in parallel processes. The suite needs no network weights."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.vectors import MetricInputError
from models.metrics.clip_input import ClipInput
from models.metrics.frame_scores import score_motion
from models.metrics.synthetic_scores import measure_clips
from models.metrics.truths import sprite_truth, truth_of_pair

MAX_SIDE = 256
_MIN_FRAMES = 3

Frames = NDArray[np.uint8]


def motion_scores(clip: ClipInput, *, flow_name: str = "dis-medium") -> Mapping[str, float]:
    """Return the scores of one clip in the suite `motion`.

    A true clip is a rendered clip with the correct motion. Only pairs of synthetic benchmarks have a true
    clip, so only these pairs get the scores that compare a clip with its true clip.

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
    image, fps = covering(clip.image, height, width), float(clip.video.fps)
    scores = score_motion(frames, fps=fps, image=image, truth=truth, flow_name=flow_name)
    return scores | _sprite_scores(clip.pair, frames, fps)


def _sprite_scores(pair_id: str, frames: Frames, fps: float) -> dict[str, float]:
    """Return the measures of a sprite clip; before it is enlarged, a sprite clip has 32 x 32 pixels."""
    truth = sprite_truth(pair_id)
    if truth is None or len(frames) != len(truth.frames):
        return {}
    size = truth.size[::-1]
    small = np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])
    (row,) = measure_clips(small[None], [truth], fps=fps)
    return {name: value for name, value in row.items() if value is not None}


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
