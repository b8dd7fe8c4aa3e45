"""Heatmaps of whole segments instead of pixels: the ablation of the paper's Table A1.

The first frame is cut into segments; a segment is 1 in every frame where its mean flow is above sigma's
threshold, and all else is 0. Which segments the paper lit is open: those that move, all, or the largest that
moves.
"""

from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.motion.flow import Flow
from models.motion.heatmap import Heatmap, flow_lengths
from models.motion.settings import DEFAULT_SETTINGS, HeatmapSettings

Masks = NDArray[np.bool_]


class SegmentSelection(StrEnum):
    """Which segments of the first frame are 1."""

    FLOW = "flow"
    ALL = "all"
    LARGEST = "largest"


class Segmenter(Protocol):
    """Cuts a picture into segments, which may overlap; `models.motion.sam` has the paper's."""

    def __call__(self, picture: NDArray[np.uint8]) -> Masks:
        """Return (segments, height, width), perhaps none, of a picture, (height, width, 3) uint8 RGB."""


def segment_heatmap(
    flow: Flow,
    masks: Masks,
    settings: HeatmapSettings = DEFAULT_SETTINGS,
    selection: SegmentSelection = SegmentSelection.FLOW,
) -> Heatmap:
    """Return a heatmap of 0 and 1, (frames, height, width) float32; settings' unit and inverse count.

    Args:
        flow: (frames - 1, height, width, 2) float32, pixels.
        masks: (segments, height, width), of the first frame.

    Raises:
        BadClip: the flow is not of that shape, or not finite.
        ValueError: masks and flow differ in size.
    """
    lengths = flow_lengths(flow, settings)
    steps, height, width = lengths.shape
    if masks.ndim != 3 or masks.shape[1:] != (height, width):
        raise ValueError(f"masks are (segments, {height}, {width}), as large as the flow, not {masks.shape}")
    chosen = _chosen(masks, lengths.mean(axis=0), settings.threshold, selection)
    lit = np.broadcast_to(chosen.any(axis=0), (steps + 1, height, width)).astype(np.float32)
    return 1 - lit if settings.inverse else lit


def _chosen(
    masks: Masks, mean_lengths: NDArray[np.float32], threshold: float, selection: SegmentSelection
) -> Masks:
    masks = masks[masks.any(axis=(1, 2))]
    if selection is SegmentSelection.ALL:
        return masks
    moving = np.array([mean_lengths[mask].mean() > threshold for mask in masks], np.bool_)
    masks = masks[moving]
    if selection is SegmentSelection.LARGEST and len(masks):
        return masks[[masks.sum(axis=(1, 2)).argmax()]]
    return masks
