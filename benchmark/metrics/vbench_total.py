"""Computes the total scores of a VBench-I2V table from the scores of the nine dimensions.

Source: VBench, commit 45e79ec, vbench2_beta_i2v/README.md: each dimension is normalised by its bounds,
weighted, and averaged; the total is the mean of the quality score and the I2V score. Deviation: VBench counts
a missing dimension as 0; this module raises an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.metrics.vectors import MetricInputError

BOUNDS: Mapping[str, tuple[float, float]] = {
    "i2v_subject": (0.1462, 1.0),
    "i2v_background": (0.2615, 1.0),
    "camera_motion": (0.0, 1.0),
    "subject_consistency": (0.1462, 1.0),
    "background_consistency": (0.2615, 1.0),
    "motion_smoothness": (0.7060, 0.9975),
    "dynamic_degree": (0.0, 1.0),
    "aesthetic_quality": (0.0, 1.0),
    "imaging_quality": (0.0, 1.0),
}
WEIGHTS: Mapping[str, float] = {"dynamic_degree": 0.5, "camera_motion": 0.1}
QUALITY = (
    "subject_consistency",
    "background_consistency",
    "motion_smoothness",
    "dynamic_degree",
    "aesthetic_quality",
    "imaging_quality",
)
I2V = ("i2v_subject", "i2v_background", "camera_motion")


@dataclass(frozen=True)
class Totals:
    """The total scores of a VBench-I2V table, in [0, 1]. Higher scores are better."""

    quality: float
    i2v: float
    total: float


def quality_score(dimensions: Mapping[str, float]) -> float:
    """Return the weighted mean of the six quality dimensions; raises the errors of `vbench_totals`."""
    return _weighted(dimensions, QUALITY)


def i2v_score(dimensions: Mapping[str, float]) -> float:
    """Return the weighted mean of the three I2V dimensions; raises the errors of `vbench_totals`."""
    return _weighted(dimensions, I2V)


def vbench_totals(dimensions: Mapping[str, float]) -> Totals:
    """Return the quality score, the I2V score and the total score.

    Args:
        dimensions: the mean over clips of each of the nine dimensions.

    Raises:
        MetricInputError: a dimension is missing or not a number.
    """
    _check(dimensions, (*QUALITY, *I2V))
    quality, i2v = quality_score(dimensions), i2v_score(dimensions)
    return Totals(quality, i2v, (quality + i2v) / 2)


def _weighted(dimensions: Mapping[str, float], names: tuple[str, ...]) -> float:
    _check(dimensions, names)
    weights = [WEIGHTS.get(name, 1.0) for name in names]
    scaled = [
        weight * (dimensions[name] - BOUNDS[name][0]) / (BOUNDS[name][1] - BOUNDS[name][0])
        for name, weight in zip(names, weights, strict=True)
    ]
    return sum(scaled) / sum(weights)


def _check(dimensions: Mapping[str, float], names: tuple[str, ...]) -> None:
    missing = [name for name in names if not _is_number(dimensions.get(name))]
    if missing:
        raise MetricInputError(f"The score needs every dimension; missing: {', '.join(missing)}.")


def _is_number(value: float | None) -> bool:
    return value is not None and value == value
