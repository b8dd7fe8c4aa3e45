"""Measures temporal artifacts that people notice at once: flashes, freezes, cuts, loops and colour shifts.

TI2V Bench defines this metric. The metric needs no weights. The thresholds are in grey levels from 0 to 255;
they were chosen on the clips that docs/metrics.md describes.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.frames import Frames, checked_frames, luma

# A frame is a flash if it is brighter than both neighbours, or darker than both, by more than this
# difference.
FLASH_LEVELS = 4.0
# Two frames are the same if their mean difference is below this threshold. Encoding changes frames by more.
FREEZE_LEVELS = 0.15
# A step (from one frame to the next) is a cut if the mean difference of the two frames is above CUT_LEVELS,
# and above CUT_FACTOR times the clip's usual difference.
CUT_LEVELS = 25.0
CUT_FACTOR = 6.0
# Compute the difference of every frame from the first frame. A clip loops if the difference of the last frame
# is below this share of the largest difference.
LOOP_SHARE = 0.25


@dataclass(frozen=True)
class Artifacts:
    """The artifacts of one clip. 0 is the best value of every artifact.

    Attributes:
        flashes: number of frames that are brighter than both neighbouring frames, or darker than both.
        freezes: share, in [0, 1], of frames (except the first) that look the same as the previous frame.
        cuts: number of frames at which the image changes abruptly.
        loop: 1.0 if the clip returns to its first frame, else 0.0.
        colour_shift: distance between the mean colours of the first and last frame, in colour levels from 0
            to 255.
    """

    flashes: int
    freezes: float
    cuts: int
    loop: float
    colour_shift: float


def artifacts(frames: Frames) -> Artifacts:
    """Return the artifacts of a clip.

    Args:
        frames: (frames, height, width, 3) uint8 RGB, at least 3 frames.

    Raises:
        MetricInputError: there are too few frames, or the frames are not uint8 RGB.
    """
    frames = checked_frames(frames, at_least=3)
    steps = np.array([_difference(first, second) for first, second in pairwise(frames)])
    colours = frames.reshape(len(frames), -1, 3).mean(axis=1)
    return Artifacts(
        flashes=_flashes(frames),
        freezes=float((steps < FREEZE_LEVELS).mean()),
        cuts=_cuts(steps),
        loop=_loop(frames),
        colour_shift=float(np.linalg.norm(colours[-1] - colours[0])),
    )


def _difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    return float(np.abs(second.astype(np.int16) - first).mean())


def _flashes(frames: Frames) -> int:
    brightness = np.array([luma(frame).mean() for frame in frames])
    before, at, after = brightness[:-2], brightness[1:-1], brightness[2:]
    rise, fall = at - before, at - after
    is_flash = (np.minimum(np.abs(rise), np.abs(fall)) > FLASH_LEVELS) & (np.sign(rise) == np.sign(fall))
    return int(is_flash.sum())


def _cuts(steps: NDArray[np.float64]) -> int:
    usual = max(float(np.median(steps)), FREEZE_LEVELS)
    return int(((steps > CUT_LEVELS) & (steps > CUT_FACTOR * usual)).sum())


def _loop(frames: Frames) -> float:
    distances = np.array([_difference(frames[0], frame) for frame in frames[1:]])
    farthest = distances.max()
    return float(farthest > FREEZE_LEVELS and distances[-1] < LOOP_SHARE * farthest)
