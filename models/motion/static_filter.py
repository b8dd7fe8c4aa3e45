"""Flow without its halo: what stands still as well as it moves, stands still.

Dense flow drags a rim of background along with every moving object, and makes up motion where noise is all
there is to see. So each place is asked a second time: it stands still if the next frame, or the frame before,
shows there what this one shows, and the flow explains it hardly better. The frame before is asked because
background about to be covered changes now, but did not before.

Ours, not the paper's. docs/motion.md has what it changes, measured against exact flow.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from models.motion.flow import Flow, OpticalFlow
from models.motion.frames import Frames, checked_frames

# One pixel's difference is noise; a window much wider than this brings the rim back.
_WINDOW = (3, 3)
# The flow has to explain a place better by a grey level, for it always fits noise a little better. With noise
# of 2 levels on still pictures 2.8 % of all pixels move without the margin, 0.002 % with it.
_MARGIN = np.float32(1.0)
# Single pixels that pass or fail by chance follow their 8 neighbours.
_SPECK = 3
# Inside a moving surface without texture neither answer is better. Such holes are closed up to this share of
# the shorter side: 11 of 320 pixels.
_HOLE = 1 / 29


class StandingAware:
    """An estimator of flow whose answer is 0 wherever the picture stands still."""

    def __init__(self, estimator: OpticalFlow) -> None:
        self._estimator = estimator
        self.name = estimator.name.removesuffix("-plain")

    def __call__(self, frames: Frames) -> Flow:
        """Return the flow of every frame to the next; see `OpticalFlow`."""
        frames = checked_frames(frames)
        flow = self._estimator(frames)
        return flow * moving_places(frames, flow)[..., None]


def moving_places(frames: Frames, flow: Flow) -> NDArray[np.bool_]:
    """Return where the flow explains the next frame better than standing still does.

    Args:
        frames: (frames, height, width, 3) uint8 RGB.
        flow: (frames - 1, height, width, 2) float32, pixels.

    Returns:
        (frames - 1, height, width).
    """
    rows, columns = np.mgrid[: frames.shape[1], : frames.shape[2]].astype(np.float32)
    moving = np.empty(flow.shape[:3], np.bool_)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    before = None
    hole = _hole(min(frames.shape[1:3]))
    for step, (here, there) in enumerate(pairwise(grey)):
        carried = cv2.remap(
            there,
            columns + flow[step, :, :, 0],
            rows + flow[step, :, :, 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        after = _difference(here, there)
        standing = after if before is None else np.minimum(after, before)
        better = (_difference(here, carried) + _MARGIN < standing).astype(np.uint8)
        moving[step] = cv2.morphologyEx(cv2.medianBlur(better, _SPECK), cv2.MORPH_CLOSE, hole)
        before = after
    return moving


def _hole(side: int) -> NDArray[np.uint8]:
    across = max(3, round(side * _HOLE) | 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across)), np.uint8)


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.boxFilter(cv2.absdiff(one, other), cv2.CV_32F, _WINDOW), np.float32)
