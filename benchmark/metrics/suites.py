"""Defines the suites of metrics. Each suite lists its metrics and networks.

This module imports neither numpy nor torch, because the command line and the server import it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from benchmark.metrics.metric import Metric
from benchmark.protocol import Direction, SuiteName


@dataclass(frozen=True)
class Suite:
    """A set of metrics that are computed together.

    Attributes:
        name: name on the command line.
        metrics: the metrics, in the order of the table's columns.
        settings: the settings that are the same in every run. Options of the command can add settings.
            Options can also add metrics that need further networks.
        totals: scores that combine several columns of the table.
        passes: how often each clip is scored: once or, for VBench, once per dimension.
    """

    name: SuiteName
    metrics: tuple[Metric, ...]
    settings: Mapping[str, str]
    totals: tuple[Metric, ...] = ()
    passes: int = 1


_HIGHER, _LOWER, _NONE = Direction.HIGHER, Direction.LOWER, Direction.NONE

_MOTION = Suite(
    SuiteName.MOTION,
    (
        Metric("mean_flow", "Mean flow (% of side/s)", _NONE, 1),
        Metric("moving_pixels", "Moving pixels", _NONE),
        Metric("first_frame_mse", "First frame MSE", _LOWER, 1),
        Metric("colour_shift", "Colour shift", _LOWER, 2),
        Metric("flashes", "Flashes", _LOWER, 2),
        Metric("freezes", "Freezes", _LOWER),
        Metric("loop", "Loops", _LOWER, 2),
        Metric("cuts", "Cuts", _LOWER, 2),
        Metric("share_inside", "Motion in the asked object", _HIGHER),
        Metric("direction_error", "Direction error (°)", _LOWER, 1),
        Metric("amount_ratio", "Amount / true amount", _NONE, 2),
        Metric("new_object", "New object shown", _HIGHER),
        Metric("background_drift", "Background drift (% of side)", _LOWER, 2),
    ),
    {
        "flow": "dis-medium",
        "frames": "all, shorter side at most 256",
        "sprites": "reduced to 32 pixels, cubic to 128 pixels, dis-medium-plain",
    },
)
_ANIMATE_BENCH = Suite(
    SuiteName.ANIMATE_BENCH,
    (
        Metric("image_cosine", "Image (cosine)", _HIGHER, 2, percent=True),
        Metric("image_clip_score", "Image (2.5 max(cos, 0))", _HIGHER, 2, percent=True),
        Metric("text_cosine", "Text (cosine)", _HIGHER, 2, percent=True),
        Metric("text_clip_score", "Text (2.5 max(cos, 0))", _HIGHER, 2, percent=True),
    ),
    {"transform": "resize the shorter side (bicubic, Pillow), crop the centre"},
)
_AIGCBENCH = Suite(
    SuiteName.AIGCBENCH,
    (
        Metric("first_frame_mse", "First frame MSE", _LOWER, 1),
        Metric("first_frame_ssim", "First frame SSIM", _HIGHER),
        Metric("image_cosine", "Image–video (cosine)", _HIGHER),
        Metric("text_cosine", "Text–video (cosine)", _HIGHER),
        Metric("adjacent_cosine", "Adjacent frames (cosine)", _HIGHER),
    ),
    {"frames": "all", "transform": "resize the shorter side (bicubic, Pillow), crop the centre"},
)
_VBENCH_I2V = Suite(
    SuiteName.VBENCH_I2V,
    (
        Metric("subject_consistency", "Subject", _HIGHER, 2, percent=True),
        Metric("background_consistency", "Background", _HIGHER, 2, percent=True),
        Metric("temporal_flickering", "Temporal flicker", _HIGHER, 2, percent=True),
        Metric("motion_smoothness", "Motion smoothness", _HIGHER, 2, percent=True),
        Metric("dynamic_degree", "Dynamic degree", _HIGHER, 2, percent=True),
        Metric("aesthetic_quality", "Aesthetic", _HIGHER, 2, percent=True),
        Metric("imaging_quality", "Imaging", _HIGHER, 2, percent=True),
        Metric("i2v_subject", "I2V subject", _HIGHER, 2, percent=True),
        Metric("i2v_background", "I2V background", _HIGHER, 2, percent=True),
        Metric("camera_motion", "Camera motion", _HIGHER, 2, percent=True),
    ),
    {},
    totals=(
        Metric("quality_score", "Quality score", _HIGHER, 2, percent=True),
        Metric("i2v_score", "I2V score", _HIGHER, 2, percent=True),
        Metric("total_score", "Total score", _HIGHER, 2, percent=True),
    ),
    passes=10,
)
SUITES: Mapping[SuiteName, Suite] = MappingProxyType(
    {suite.name: suite for suite in (_ANIMATE_BENCH, _VBENCH_I2V, _AIGCBENCH, _MOTION)}
)
