"""Enumerations used by the training config."""

from enum import StrEnum


class DataSource(StrEnum):
    """Source of the clips: a folder of files, or the scene engine."""

    FOLDER = "folder"
    SCENES = "scenes"


class NetworkKind(StrEnum):
    """Source of the network's initial weights."""

    TINY = "tiny"
    VIDEOCRAFTER2 = "videocrafter2"
    MODELSCOPE = "modelscope"
    PIPELINE = "pipeline"


class HeatmapSource(StrEnum):
    """Source of the heatmap: optical flow, as in the paper, or SAM's segments."""

    FLOW = "flow"
    SAM = "sam"


class LearningRateSchedule(StrEnum):
    """Learning-rate schedule after the warm-up."""

    CONSTANT = "constant"
    COSINE = "cosine"


class Precision(StrEnum):
    """Floating-point precision of the forward pass."""

    FP32 = "fp32"
    BF16 = "bf16"
