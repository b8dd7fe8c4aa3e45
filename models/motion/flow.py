"""Defines the protocol `FlowEstimator` for optical flow between frames, and implements it with DIS.

The default estimator is OpenCV's dense inverse search (DIS), which needs no weights and no GPU. Source: T.
Kroeger, R. Timofte, D. Dai, L. Van Gool (2016), Fast Optical Flow using Dense Inverse Search, ECCV.
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
    """A function that estimates dense optical flow."""

    @property
    def name(self) -> str:
        """The estimator's name in configs and cache keys. Different estimators must have different names."""

    def __call__(self, frames: Frames) -> Flow:
        """Return the flow from each frame to the next.

        Args:
            frames: (frames, height, width, 3) uint8 RGB, at least 2 frames.

        Returns:
            (frames - 1, height, width, 2) float32, displacement in pixels (x to the right, y down).

        Raises:
            BadClip: there are fewer than 2 frames, or the frames are not uint8 RGB arrays of one size.
        """


class DisPreset(StrEnum):
    """Speed presets of DIS. On one core, the presets take about 2, 6 and 15 ms for two 320x320 frames."""

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


# DIS matches patches of 8x8 pixels, so smaller frames have no flow.
_MIN_SIDE = 8
# OpenCV reduces images to 1/4 of their size or less. If a reduced side is shorter than a patch, OpenCV
# accesses memory out of bounds, which causes a crash, an exception or NaN. All sides from 32 on are safe with
# every preset.
_SAFE_SIDE = 32
# Maximum side, because cv2.remap (called by the static filter) addresses pixels with 16-bit integers.
_MAX_SIDE = 2**15 - 2


class DisFlow:
    """OpenCV's dense inverse search on greyscale frames, without the filter for static regions.

    `create_flow_estimator("dis-medium")` adds the filter for static regions; see
    `models.motion.static_filter`.
    """

    def __init__(self, preset: DisPreset | str = DisPreset.MEDIUM) -> None:
        self._preset = DisPreset(preset)
        self.name = f"dis-{self._preset}-plain"

    def __call__(self, frames: Frames) -> Flow:
        """Return the flow from each frame to the next; see `FlowEstimator`.

        If a side of the frames is below 32 pixels, the frames are first padded at the right and bottom edges.
        The flow is then cropped to the original size.

        Raises:
            BadClip: the frames do not form a clip (see `validate_frames`), or a side is shorter than 8 or
                longer than 32766 pixels.
        """
        frames = validate_frames(frames)
        height, width = frames.shape[1:3]
        _check_size(width, height)
        # Create one object for each clip. The object holds buffers, so threads must not share an object.
        dis = cv2.DISOpticalFlow.create(_DIS_PRESETS[self._preset])
        grey = [_pad(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)) for frame in frames]
        flow = np.empty((len(frames) - 1, height, width, 2), np.float32)
        for step, (previous, following) in enumerate(pairwise(grey)):
            flow[step] = dis.calc(previous, following, None)[:height, :width]
        return flow


def last_frame_flow(estimator: FlowEstimator, frames: Frames) -> Flow:
    """Return the flow from the last frame to the previous frame, (height, width, 2) float32, pixels.

    Raises:
        BadClip: see `FlowEstimator`.
    """
    flow: Flow = estimator(frames[:-3:-1])
    return np.asarray(flow[0])


def _check_size(width: int, height: int) -> None:
    if min(width, height) < _MIN_SIDE:
        raise BadClip(
            f"frames of {width}x{height} are too small: DIS needs at least {_MIN_SIDE} pixels per side."
        )
    if max(width, height) > _MAX_SIDE:
        raise BadClip(
            f"frames of {width}x{height} are too large: DIS supports up to {_MAX_SIDE} pixels per side."
        )


def _pad(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Replicate the right and bottom edge of a (height, width) image until no side is below `_SAFE_SIDE`."""
    bottom, right = (max(0, _SAFE_SIDE - side) for side in grey.shape)
    if not bottom and not right:
        return grey
    return np.asarray(cv2.copyMakeBorder(grey, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.uint8)


def _dis(preset: DisPreset, _device: str) -> FlowEstimator:
    from models.motion.static_filter import StaticFilteredFlow

    return StaticFilteredFlow(DisFlow(preset))


def _plain_dis(preset: DisPreset, _device: str) -> FlowEstimator:
    return DisFlow(preset)


def _raft(size: str, device: str) -> FlowEstimator:
    # Only RAFT needs torch.
    from models.motion.raft import RaftFlow

    return RaftFlow(size, device=device)


_ESTIMATORS: Mapping[str, Callable[[str], FlowEstimator]] = MappingProxyType(
    {
        **{f"dis-{preset}": partial(_dis, preset) for preset in DisPreset},
        **{f"dis-{preset}-plain": partial(_plain_dis, preset) for preset in DisPreset},
        "raft-large": partial(_raft, "large"),
        "raft-small": partial(_raft, "small"),
    }
)


def create_flow_estimator(name: str, *, device: str = "cpu") -> FlowEstimator:
    """Create the flow estimator that has this name in configs.

    Args:
        name: one of `FLOW_NAMES`.
        device: device of RAFT; DIS always runs on the CPU.

    Raises:
        ValueError: no estimator has this name; the message lists all names.
        FlowUnavailable: RAFT was requested, and torchvision or its weights are missing.
    """
    if name not in _ESTIMATORS:
        raise ValueError(f"unknown optical flow {name!r}; expected one of {', '.join(FLOW_NAMES)}")
    return _ESTIMATORS[name](device)
