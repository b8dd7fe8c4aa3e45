"""Checks feature vectors, and computes cosines between their rows."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vectors = NDArray[np.float64]


class MetricInputError(ValueError):
    """A score cannot be computed from this input; the message gives the reason."""


def feature_rows(features: ArrayLike, *, name: str, at_least: int = 1) -> Vectors:
    """Return features as a 2-D array, each row scaled to unit L2 norm.

    Args:
        features: (rows, dimensions), any real dtype; a vector of shape (dimensions,) is treated as one row.
        name: the name of the features in error messages.
        at_least: the smallest allowed number of rows.

    Returns:
        (rows, dimensions) float64; each row is a vector of length 1 (L2 norm).

    Raises:
        MetricInputError: there are too few rows, a value is NaN or infinite, or a row is all zeros.
    """
    rows = np.atleast_2d(np.asarray(features, dtype=np.float64))
    if rows.ndim != 2 or len(rows) < at_least:
        raise MetricInputError(
            f"{name}: at least {at_least} rows of features are needed, not {len(rows)}. Use a longer clip."
        )
    if not np.isfinite(rows).all():
        raise MetricInputError(
            f"{name}: the features contain NaN or infinity. Compute in float32, and check the weights."
        )
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if (lengths == 0).any():
        raise MetricInputError(f"{name}: a feature vector is all zeros.")
    return np.asarray(rows / lengths)


def cosines(left: Vectors, right: Vectors) -> Vectors:
    """Return the cosine of each row of `left` with the corresponding row of `right`, in [-1, 1].

    Each row must be a vector of length 1 (L2 norm). If one array has a single row, this row is compared with
    every row of the other array. The cosine is computed from the distance of the two rows, so equal rows have
    a cosine of exactly 1.
    """
    return np.asarray(np.maximum(1.0 - ((left - right) ** 2).sum(axis=1) / 2, -1.0))
