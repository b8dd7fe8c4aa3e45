"""Grouping of rows with counters gives the same groups as grouping by sorting."""

import numpy as np
import pytest

from benchmark.stats.arrays import DENSE, distinct, group_slices


@pytest.mark.parametrize("values", [[], [3], [5, 2, 5, 0], [DENSE + 7, 2, DENSE + 7]])
def test_distinct_values_and_their_positions(values: list[int]) -> None:
    present, place = distinct(np.array(values, dtype=np.int64))
    assert present.tolist() == sorted(set(values))
    assert present[place].tolist() == values


def test_slices_of_sorted_groups_cover_empty_ones() -> None:
    slices = group_slices(np.array([0, 0, 2]), 4)
    assert [(place.start, place.stop) for place in slices] == [(0, 2), (2, 2), (2, 3), (3, 3)]
    assert group_slices(np.array([], dtype=np.int64), 0) == []
