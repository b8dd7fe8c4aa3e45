"""Computes heatmaps of segments instead of pixels: the ablation of the paper's Table A1 (arXiv:2412.16153).

1. The first frame is segmented.
2. A segment is selected if the mean flow in the segment exceeds the threshold of sigma.
3. The heatmap is 1 in the selected segments, in every frame, and 0 elsewhere.

The paper does not state which segments are selected; see `SegmentSelection`.
"""

from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.motion.flow import Flow
from models.motion.heatmap import Heatmap, flow_magnitude
from models.motion.settings import DEFAULT_SETTINGS, HeatmapSettings

Masks = NDArray[np.bool_]


class SegmentSelection(StrEnum):
    """Which segments get heatmap value 1: all segments, moving segments, or the largest moving segment."""

    FLOW = "flow"
    ALL = "all"
    LARGEST = "largest"


class Segmenter(Protocol):
    """A function that segments an image.

    Segments may overlap. `models.motion.sam` implements the paper's segmenter.
    """

    def __call__(self, image: NDArray[np.uint8]) -> Masks:
        """Return one mask per segment; an image may have no segments.

        Args:
            image: (height, width, 3) uint8 RGB.

        Returns:
            (segments, height, width) bool.
        """


def segment_heatmap(
    flow: Flow,
    masks: Masks,
    settings: HeatmapSettings = DEFAULT_SETTINGS,
    selection: SegmentSelection = SegmentSelection.FLOW,
) -> Heatmap:
    """Return a binary heatmap of the selected segments.

    Args:
        flow: (frames - 1, height, width, 2) float32, pixels.
        masks: (segments, height, width) bool, the masks of the first frame.
        settings: heatmap settings; only unit, noise floor, threshold and inverse are used.
        selection: the rule that selects the segments with value 1.

    Returns:
        (frames, height, width) float32, 0 or 1, the same in every frame.

    Raises:
        BadClip: the flow does not have the shape above, or contains NaN or infinity.
        ValueError: masks and flow differ in size.
    """
    magnitude = flow_magnitude(flow, settings)
    steps, height, width = magnitude.shape
    if masks.ndim != 3 or masks.shape[1:] != (height, width):
        raise ValueError(
            f"masks must have the size of the flow, (segments, {height}, {width}), not {masks.shape}"
        )
    selected = _select(masks, magnitude.mean(axis=0), settings.threshold, selection)
    heatmap = np.broadcast_to(selected.any(axis=0), (steps + 1, height, width)).astype(np.float32)
    return 1 - heatmap if settings.inverse else heatmap


def _select(
    masks: Masks, mean_magnitude: NDArray[np.float32], threshold: float, selection: SegmentSelection
) -> Masks:
    masks = masks[masks.any(axis=(1, 2))]
    if selection is SegmentSelection.ALL:
        return masks
    moving = np.array([mean_magnitude[mask].mean() > threshold for mask in masks], np.bool_)
    masks = masks[moving]
    if selection is SegmentSelection.LARGEST and len(masks):
        return masks[[masks.sum(axis=(1, 2)).argmax()]]
    return masks
