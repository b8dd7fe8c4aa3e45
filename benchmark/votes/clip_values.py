"""Arranges one value per clip, such as a metric score, in an array that is indexed by side and pair."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmark.stats.arrays import FloatArray, IntArray
from benchmark.stats.votes import Matchup


def sides_of(matchups: Sequence[Matchup]) -> list[str]:
    """Return the names of all sides, sorted."""
    return sorted({side for matchup in matchups for side in (matchup.reference, matchup.other)})


def side_codes(matchups: Sequence[Matchup]) -> tuple[IntArray, IntArray]:
    """Return, for each matchup, the indices of the reference and of the other side in `sides_of`."""
    code = {side: number for number, side in enumerate(sides_of(matchups))}
    reference = np.array([code[matchup.reference] for matchup in matchups], dtype=np.int64)
    return reference, np.array([code[matchup.other] for matchup in matchups], dtype=np.int64)


def clip_values(
    sides: Sequence[str], pairs: Sequence[str], by_side: Mapping[str, Mapping[str, float]]
) -> FloatArray:
    """Return the values as an array of shape (sides, pairs); NaN for a clip without a value."""
    values = np.full((len(sides), len(pairs)), np.nan)
    for row, side in enumerate(sides):
        of_side = by_side.get(side, {})
        values[row] = [of_side.get(pair, np.nan) for pair in pairs]
    return values
