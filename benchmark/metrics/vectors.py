"""Feature vectors: checks, and cosines between rows."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vectors = NDArray[np.float64]


class MetricInputError(ValueError):
    """A score cannot be computed from this input; the message says why."""


def feature_rows(features: ArrayLike, *, name: str, at_least: int = 1) -> Vectors:
    """Return features as an array of unit rows.

    Args:
        features: (rows, dimensions), any real dtype; a single vector counts as one row.
        name: what the message calls them.
        at_least: the smallest number of rows.

    Returns:
        (rows, dimensions) float64, each row of length 1.

    Raises:
        MetricInputError: too few rows, a value is NaN or infinite, or a row is all zeros.
    """
    rows = np.atleast_2d(np.asarray(features, dtype=np.float64))
    if rows.ndim != 2 or len(rows) < at_least:
        raise MetricInputError(f"{name}: at least {at_least} rows of features are needed, not {len(rows)}.")
    if not np.isfinite(rows).all():
        raise MetricInputError(f"{name}: the features contain NaN or infinity.")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if (lengths == 0).any():
        raise MetricInputError(f"{name}: a feature vector is all zeros.")
    return np.asarray(rows / lengths)


def cosines(left: Vectors, right: Vectors) -> Vectors:
    """Return the cosine of each row of `left` with the same row of `right`, in [-1, 1].

    Both hold unit rows; one row broadcasts.
    """
    return np.asarray(np.clip((left * right).sum(axis=1), -1.0, 1.0))
