"""The array types the statistics are written in, and groups of rows in them."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def group_slices(codes: IntArray, groups: int) -> list[slice]:
    """Return where the rows of each group 0, 1, ... lie in an array sorted by group."""
    bounds = np.searchsorted(codes, np.arange(groups + 1)).tolist()
    return [slice(start, end) for start, end in pairwise(bounds)]
