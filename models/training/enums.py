"""The closed sets of the settings of a run."""

from enum import StrEnum


class DataSource(StrEnum):
    FOLDER = "folder"
    SCENES = "scenes"


class NetworkKind(StrEnum):
    """The network training starts from."""

    TINY = "tiny"
    VIDEOCRAFTER2 = "videocrafter2"
    MODELSCOPE = "modelscope"
    PIPELINE = "pipeline"


class HeatmapSource(StrEnum):
    """What says where a clip moves: optical flow, as in the paper, or segments."""

    FLOW = "flow"
    SAM = "sam"


class LearningRateSchedule(StrEnum):
    CONSTANT = "constant"
    COSINE = "cosine"


class Precision(StrEnum):
    FP32 = "fp32"
    BF16 = "bf16"
