"""Defines the enumerations of the training config."""

from enum import StrEnum


class DataSource(StrEnum):
    """The source of training clips: a folder of files, WebDataset shards, the scene engine, or sprites."""

    FOLDER = "folder"
    WEBDATASET = "webdataset"
    SCENES = "scenes"
    SPRITES = "sprites"


class FileIdentity(StrEnum):
    """The values that identify a file in cache keys: its size and modification time, or its sha256."""

    SIZE_AND_TIME = "size_and_time"
    SHA256 = "sha256"


class WindowPosition(StrEnum):
    """Where a window of a clip starts: at the first frame, or at a random frame.

    The random frame depends only on the name of the clip and the number of the window.
    """

    FIRST = "first"
    RANDOM = "random"


class NetworkKind(StrEnum):
    """The source of the network's initial weights."""

    TINY = "tiny"
    VIDEOCRAFTER2 = "videocrafter2"
    MODELSCOPE = "modelscope"
    PIPELINE = "pipeline"


class HeatmapSource(StrEnum):
    """The source of the heatmap: optical flow (as in the paper), segments from SAM, or true object masks."""

    FLOW = "flow"
    SAM = "sam"
    MASKS = "masks"


class LearningRateSchedule(StrEnum):
    """How the learning rate changes after the warm-up."""

    CONSTANT = "constant"
    COSINE = "cosine"


class Precision(StrEnum):
    """The floating-point precision of the forward pass."""

    FP32 = "fp32"
    BF16 = "bf16"
