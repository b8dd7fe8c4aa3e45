"""Defines the settings of the motion heatmap; the paper leaves most of these settings open.

docs/decisions/0008-flow-unit.md explains the defaults. This module imports no large package, because `--help`
and the training configs import this module.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from benchmark.wire.number_fields import NumberFields

FLOW_NAMES = (
    "dis-ultrafast",
    "dis-fast",
    "dis-medium",
    "dis-ultrafast-plain",
    "dis-fast-plain",
    "dis-medium-plain",
    "raft-large",
    "raft-small",
)
DEFAULT_FLOW = "dis-medium"
# Part of the keys of cached heatmaps. Increase this number when a code change makes an estimator return
# different flow.
FLOW_REVISION = 2
# Name of exact flow, which the scene engine renders together with a clip.
EXACT_FLOW = "exact"


class FlowUnit(StrEnum):
    """The unit in which the flow magnitude x is measured; sigma maps x to the heatmap.

    The paper does not state the unit.

    - `frac_side`: displacement between two frames / shorter side of the frame
    - `frac_diag`: displacement between two frames / diagonal of the frame
    - `frac_side_per_clip`: displacement between two frames * number of steps of the clip / shorter side
    - `per_frame_max`: displacement / largest displacement in the frame
    - `per_clip_max`: displacement / largest displacement in the clip
    - `per_clip_quantile`: displacement / a high quantile of the displacements in the clip
    """

    FRAC_SIDE = "frac_side"
    FRAC_DIAG = "frac_diag"
    FRAC_SIDE_PER_CLIP = "frac_side_per_clip"
    PER_FRAME_MAX = "per_frame_max"
    PER_CLIP_MAX = "per_clip_max"
    PER_CLIP_QUANTILE = "per_clip_quantile"


class LastFrame(StrEnum):
    """How to compute the map of the last frame, which has no next frame.

    The paper does not state how it computes this map.

    - `backward`: from the flow of the last frame to the previous frame; not available for exact flow
    - `repeat`: the previous map
    - `static`: the map of zero flow
    """

    BACKWARD = "backward"
    REPEAT = "repeat"
    STATIC = "static"


class Kernel(StrEnum):
    """Kernel for resizing a heatmap to the latent size.

    The paper does not state its kernel. The default `area` preserves the mean.
    """

    AREA = "area"
    BILINEAR = "bilinear"
    NEAREST = "nearest"
    MAX = "max"


class HeatmapSettings(NumberFields):
    """Settings that control how loss weights are computed from flow.

    The paper states only `threshold` and `slope`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    unit: Annotated[FlowUnit, Field(description="unit of the flow magnitude")] = FlowUnit.FRAC_SIDE_PER_CLIP
    subtract_camera: Annotated[
        bool, Field(description="subtract the camera's motion, which most of the frame follows")
    ] = False
    noise_floor: Annotated[
        float,
        Field(ge=0, le=1, description="flow below this share of the frame's shorter side is set to 0"),
    ] = 0.0
    quantile: Annotated[
        float, Field(gt=0, le=1, description="for per_clip_quantile: the quantile at which x is 1")
    ] = 0.99
    threshold: Annotated[float, Field(gt=0, description="x at which m is 0.5; 0.05 in the paper")] = 0.05
    slope: Annotated[float, Field(gt=0, description="slope of sigma; 100 in the paper")] = 100.0
    last_frame: Annotated[LastFrame, Field(description="heatmap of the last frame")] = LastFrame.BACKWARD
    kernel: Annotated[Kernel, Field(description="kernel for resizing to the latent size")] = Kernel.AREA
    inverse: Annotated[bool, Field(description="use 1 - m instead of m: the Inv-MotiF ablation")] = False


DEFAULT_SETTINGS = HeatmapSettings()
