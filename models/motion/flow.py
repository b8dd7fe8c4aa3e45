"""Optical flow between consecutive frames, behind the `FlowEstimator` protocol.

The default is OpenCV's dense inverse search (DIS), which needs no weights and no GPU.
Source: T. Kroeger, R. Timofte, D. Dai, L. Van Gool (2016), Fast Optical Flow using Dense Inverse Search,
ECCV.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from models.motion.frames import BadClip, Frames, validate_frames
from models.motion.settings import FLOW_NAMES

Flow = NDArray[np.float32]


class FlowEstimator(Protocol):
    """Estimates dense optical flow."""

    @property
    def name(self) -> str:
        """The name in configs and cache keys; unique to this way of computing flow."""

    def __call__(self, frames: Frames) -> Flow:
        """Return the flow from each frame to the next.

        Args:
            frames: (frames, height, width, 3) uint8 RGB, at least 2 frames.

        Returns:
            (frames - 1, height, width, 2) float32, displacement in pixels (x to the right, y down).

        Raises:
            BadClip: there are fewer than 2 frames, or they are not uint8 RGB of one size.
        """


class DisPreset(StrEnum):
    """Speed presets of DIS: about 2, 6 and 15 ms per frame pair at 320x320 on one core."""

    ULTRAFAST = "ultrafast"
    FAST = "fast"
    MEDIUM = "medium"


_DIS_PRESETS = MappingProxyType(
    {
        DisPreset.ULTRAFAST: cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
        DisPreset.FAST: cv2.DISOPTICAL_FLOW_PRESET_FAST,
        DisPreset.MEDIUM: cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
    }
)


# DIS matches patches of 8x8 in images of half the size and smaller.
_SMALLEST_SIDE = 12


class DisFlow:
    """OpenCV's dense inverse search on greyscale frames, without the filter for static regions.

    `create_flow_estimator("dis-medium")` adds that filter, see `models.motion.static_filter`.
    """

    def __init__(self, preset: DisPreset | str = DisPreset.MEDIUM) -> None:
        self._preset = DisPreset(preset)
        self.name = f"dis-{self._preset}-plain"

    def __call__(self, frames: Frames) -> Flow:
        """Return the flow from each frame to the next; see `FlowEstimator`.

        Raises:
            BadClip: the frames are not those of one clip, or a side is shorter than 12 pixels.
        """
        frames = validate_frames(frames)
        height, width = frames.shape[1:3]
        if min(height, width) < _SMALLEST_SIDE:
            raise BadClip(
                f"frames of {width}x{height} are too small: DIS needs {_SMALLEST_SIDE} pixels or more a side."
            )
        # One object for each clip: it holds buffers, so threads must not share it.
        dis = cv2.DISOpticalFlow.create(_DIS_PRESETS[self._preset])
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
        flow = np.empty((len(frames) - 1, height, width, 2), np.float32)
        for step, (previous, following) in enumerate(pairwise(grey)):
            flow[step] = dis.calc(previous, following, None)
        return flow


def _dis(preset: DisPreset) -> FlowEstimator:
    from models.motion.static_filter import StaticFilteredFlow

    return StaticFilteredFlow(DisFlow(preset))


def _raft(size: str) -> FlowEstimator:
    # Only RAFT needs torch.
    from models.motion.raft import RaftFlow

    return RaftFlow(size)


_ESTIMATORS: Mapping[str, Callable[[], FlowEstimator]] = MappingProxyType(
    {
        **{f"dis-{preset}": partial(_dis, preset) for preset in DisPreset},
        **{f"dis-{preset}-plain": partial(DisFlow, preset) for preset in DisPreset},
        "raft-large": partial(_raft, "large"),
        "raft-small": partial(_raft, "small"),
    }
)


def create_flow_estimator(name: str) -> FlowEstimator:
    """Create the flow estimator with this name in configs.

    Raises:
        ValueError: no estimator has this name; the message lists all names.
        FlowUnavailable: RAFT was requested, and torchvision or its weights are missing.
    """
    if name not in _ESTIMATORS:
        raise ValueError(f"unknown optical flow {name!r}; expected one of {', '.join(FLOW_NAMES)}")
    return _ESTIMATORS[name]()
