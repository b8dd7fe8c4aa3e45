"""Optical flow between neighbouring frames, behind one protocol.

Default: dense inverse search. Source: T. Kroeger, R. Timofte, D. Dai, L. Van Gool (2016), Fast Optical Flow
using Dense Inverse Search, ECCV. OpenCV's implementation; it needs no weights and no GPU.
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

from benchmark.scenes import Rendering
from models.motion.frames import BadClip, Frames, checked_frames
from models.motion.settings import EXACT_FLOW, FLOW_NAMES

Flow = NDArray[np.float32]


class OpticalFlow(Protocol):
    """Finds where every pixel goes."""

    @property
    def name(self) -> str:
        """What configs and caches call it; another way to compute the flow has another name."""

    def __call__(self, frames: Frames) -> Flow:
        """Return the flow of every frame to the next.

        Args:
            frames: (frames, height, width, 3) uint8 RGB, at least 2.

        Returns:
            (frames - 1, height, width, 2) float32, pixels (to the right, down).

        Raises:
            BadClip: these are no frames of one clip.
        """


class DisPreset(StrEnum):
    """How thorough DIS is: about 2, 6 and 15 ms a frame pair at 320x320 on one core."""

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


# DIS looks for patches of 8x8 in pictures of half the size and less.
_SMALLEST_SIDE = 12


class DisFlow:
    """OpenCV's dense inverse search on grey frames, as it comes.

    `flow_named("dis-medium")` is this without the rim it drags along; see `models.motion.static_filter`.
    """

    def __init__(self, preset: DisPreset | str = DisPreset.MEDIUM) -> None:
        self._preset = DisPreset(preset)
        self.name = f"dis-{self._preset}-plain"

    def __call__(self, frames: Frames) -> Flow:
        """Return the flow of every frame to the next; see `OpticalFlow`.

        Raises:
            BadClip: these are no frames of one clip, or a side is under 12 pixels.
        """
        frames = checked_frames(frames)
        height, width = frames.shape[1:3]
        if min(height, width) < _SMALLEST_SIDE:
            raise BadClip(f"frames of {width}x{height}: DIS needs sides of {_SMALLEST_SIDE} pixels and more.")
        # A fresh searcher for each clip: it keeps buffers, so threads must not share one.
        dis = cv2.DISOpticalFlow.create(_DIS_PRESETS[self._preset])
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
        flow = np.empty((len(frames) - 1, height, width, 2), np.float32)
        for step, (here, there) in enumerate(pairwise(grey)):
            flow[step] = dis.calc(here, there, None)
        return flow


class ExactFlow:
    """The true flow of a clip the scene engine drew."""

    name = EXACT_FLOW

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering

    def __call__(self, frames: Frames) -> Flow:
        """Return the rendering's flow.

        Raises:
            ValueError: these are not the frames of the rendering.
        """
        if not np.array_equal(frames, self._rendering.frames):
            raise ValueError("exact flow is known only for the frames of its own rendering")
        return self._rendering.flow


def _dis(preset: DisPreset) -> OpticalFlow:
    from models.motion.static_filter import StandingAware

    return StandingAware(DisFlow(preset))


def _raft(size: str) -> OpticalFlow:
    # torch is loaded for RAFT alone.
    from models.motion.raft import RaftFlow

    return RaftFlow(size)


_FLOWS: Mapping[str, Callable[[], OpticalFlow]] = MappingProxyType(
    {
        **{f"dis-{preset}": partial(_dis, preset) for preset in DisPreset},
        **{f"dis-{preset}-plain": partial(DisFlow, preset) for preset in DisPreset},
        "raft-large": partial(_raft, "large"),
        "raft-small": partial(_raft, "small"),
    }
)


def flow_named(name: str) -> OpticalFlow:
    """Return the estimator configs call `name`.

    Raises:
        ValueError: no estimator has this name; the message lists them.
        CannotEstimate: RAFT, where torchvision or its weights are missing.
    """
    if name not in _FLOWS:
        raise ValueError(f"no optical flow {name!r}; there are {', '.join(FLOW_NAMES)}")
    return _FLOWS[name]()
