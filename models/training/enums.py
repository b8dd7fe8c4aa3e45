"""Defines the enumerations of the training config."""

from enum import StrEnum


class DataSource(StrEnum):
    """The source of training clips: a folder of files, or the scene engine."""

    FOLDER = "folder"
    SCENES = "scenes"


class NetworkKind(StrEnum):
    """The source of the network's initial weights."""

    TINY = "tiny"
    VIDEOCRAFTER2 = "videocrafter2"
    MODELSCOPE = "modelscope"
    PIPELINE = "pipeline"


class HeatmapSource(StrEnum):
    """The source of the heatmap: optical flow, as in the paper, or SAM's segments."""

    FLOW = "flow"
    SAM = "sam"


class LearningRateSchedule(StrEnum):
    """How the learning rate changes after the warm-up."""

    CONSTANT = "constant"
    COSINE = "cosine"


class Precision(StrEnum):
    """The floating-point precision of the forward pass."""

    FP32 = "fp32"
    BF16 = "bf16"
