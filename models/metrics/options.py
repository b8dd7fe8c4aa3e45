"""Defines the options with which a suite runs: folders, device, workers and the settings of the suites."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from models.backbones.dtype import Dtype
from models.metrics.animate_bench_settings import AnimateBenchSettings
from models.metrics.vbench_settings import VBenchSettings

# This number is part of every cache key. Increase the number when a formula or the optical flow changes.
FORMULAS_VERSION = 6


@dataclass(frozen=True)
class MetricRun:
    """The folders, the device, the workers and the settings with which a suite runs.

    The device and the number of workers are not recorded with the scores, because they change no score by
    more than 1e-4.

    Attributes:
        home: the folder TI2V_HOME, which holds caches and weights.
        device: device of the networks, such as `cpu` or `cuda:0`.
        dtype: floating-point type of the networks.
        weights: folder with the backbone's weights; by default the folder that `weights_folder` returns.
        workers: number of processes that compute the suite motion; for suites with networks, number of
            threads that decode clips.
        vbench: settings of the suite vbench-i2v.
        animate_bench: settings of the suite animate-bench.
    """

    home: Path
    device: str = "cpu"
    dtype: Dtype = Dtype.FLOAT32
    weights: Path | None = None
    workers: int = os.cpu_count() or 1
    vbench: VBenchSettings = field(default_factory=VBenchSettings)
    animate_bench: AnimateBenchSettings = field(default_factory=AnimateBenchSettings)
