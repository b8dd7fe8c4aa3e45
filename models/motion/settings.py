"""The choices between a clip and its heatmap; the paper leaves most of them open.

docs/decisions/0008-flow-unit.md says how the defaults were chosen. Nothing heavy is imported here: the
command line and the configs read this before they know whether anything will be computed.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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
# Of clips the scene engine drew; it is drawn with them, not estimated.
EXACT_FLOW = "exact"


class FlowUnit(StrEnum):
    """What the length x of a flow vector is measured in before sigma. The paper does not say: open.

    `frac_side`: length / side of the frame. `frac_diag`: length / diagonal.
    `frac_side_per_clip`: the way a point would go at this speed in the whole clip / side of the frame.
    `per_clip_max`: length / the clip's longest. `per_clip_quantile`: length / a high quantile of the clip's.
    """

    FRAC_SIDE = "frac_side"
    FRAC_DIAG = "frac_diag"
    FRAC_SIDE_PER_CLIP = "frac_side_per_clip"
    PER_CLIP_MAX = "per_clip_max"
    PER_CLIP_QUANTILE = "per_clip_quantile"


class LastFrame(StrEnum):
    """What the last frame gets, which has no flow. Open: `repeat` the one before or `static`, as if still."""

    REPEAT = "repeat"
    STATIC = "static"


class Kernel(StrEnum):
    """How a map is brought to the latent's size. Open; the default `area` keeps the mean."""

    AREA = "area"
    BILINEAR = "bilinear"
    NEAREST = "nearest"
    MAX = "max"


class HeatmapSettings(BaseModel):
    """Every choice between flow and weights; only threshold and slope are the paper's."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    unit: Annotated[FlowUnit, Field(description="what the length of flow is measured in")] = (
        FlowUnit.FRAC_SIDE_PER_CLIP
    )
    noise_floor: Annotated[
        float,
        Field(ge=0, le=1, description="flow shorter than this share of the frame's shorter side counts as 0"),
    ] = 0.0
    quantile: Annotated[
        float, Field(gt=0, le=1, description="for per_clip_quantile: which quantile is 1")
    ] = 0.99
    threshold: Annotated[float, Field(gt=0, description="x where m is one half; 0.05 in the paper")] = 0.05
    slope: Annotated[float, Field(gt=0, description="steepness of sigma there; 100 in the paper")] = 100.0
    last_frame: Annotated[LastFrame, Field(description="the map of the last frame")] = LastFrame.REPEAT
    kernel: Annotated[Kernel, Field(description="how maps are brought to the latent's size")] = Kernel.AREA
    inverse: Annotated[bool, Field(description="1 - m instead of m: the Inv-MotiF ablation")] = False


DEFAULT_SETTINGS = HeatmapSettings()
