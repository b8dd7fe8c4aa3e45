"""Defines tallies, the vote counts of each comparison, and computes tallies from votes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from benchmark.protocol import Justification, Side
from benchmark.stats.arrays import IntArray, distinct
from benchmark.stats.votes import Votes

JUSTIFICATIONS = tuple(Justification)
SIDES = tuple(Side)
REFERENCE, OTHER = SIDES.index(Side.REFERENCE), SIDES.index(Side.OTHER)


@dataclass(frozen=True)
class Tallies:
    """The vote counts of comparisons. Every array except `reasons` has the shape (comparisons,).

    Attributes:
        matchup: for each comparison, the index of its matchup in the study's list of matchups.
        pair, image, scenario: codes into `pairs`, `images`, `scenarios`; unknown images and scenarios are
            UNKNOWN (-1).
        votes_reference, votes_other: the number of valid votes for each side.
        reasons: (comparisons, 4 justifications, 2 sides), the number of votes that chose the side and gave
            the justification, in the order of the enums.
        tags: for each tag name, the tag's value for each pair in `pairs`; an empty text for a pair without
            the tag.
    """

    matchup: IntArray
    pair: IntArray
    image: IntArray
    scenario: IntArray
    votes_reference: IntArray
    votes_other: IntArray
    reasons: IntArray
    pairs: tuple[str, ...]
    images: tuple[str, ...]
    scenarios: tuple[str, ...]
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.matchup)
        columns = (self.pair, self.image, self.scenario, self.votes_reference, self.votes_other)
        if any(column.shape != (count,) for column in columns):
            raise ValueError("the columns of the tallies have different lengths")
        if self.reasons.shape != (count, len(JUSTIFICATIONS), len(SIDES)):
            raise ValueError(f"reasons must have the shape (comparisons, 4, 2), not {self.reasons.shape}")
        votes = np.stack([self.votes_reference, self.votes_other]).T
        if (votes < 0).any() or (self.reasons < 0).any() or (self.reasons > votes[:, None, :]).any():
            raise ValueError("a count is negative, or a side has more justifications of one kind than votes")
        if any(len(of_pairs) != len(self.pairs) for of_pairs in self.tags.values()):
            raise ValueError("every tag must have a value for each pair, which may be empty")

    @classmethod
    def from_votes(cls, votes: Votes) -> Self:
        """Return a tally for each comparison with votes, sorted by matchup and pair."""
        stride = max(len(votes.pairs), 1)
        comparisons, place = distinct(votes.matchup * stride + votes.pair)
        pair = comparisons % stride
        cast = np.bincount(place, minlength=len(comparisons))
        reference = np.bincount(place[votes.chose_reference], minlength=len(comparisons))
        return cls(
            matchup=comparisons // stride,
            pair=pair,
            image=votes.image_of_pair[pair],
            scenario=votes.scenario_of_pair[pair],
            votes_reference=reference,
            votes_other=cast - reference,
            reasons=_reasons(votes, place, len(comparisons)),
            pairs=votes.pairs,
            images=votes.images,
            scenarios=votes.scenarios,
            tags=votes.tags,
        )

    def __len__(self) -> int:
        return len(self.matchup)

    @property
    def votes(self) -> IntArray:
        """The number of valid votes of each comparison."""
        return self.votes_reference + self.votes_other

    @property
    def lead(self) -> IntArray:
        """Each comparison's winner by strict majority: 1 the reference, -1 the other side, 0 undecided."""
        lead: IntArray = np.sign(self.votes_reference - self.votes_other)
        return lead

    def select(self, chosen: npt.ArrayLike) -> Self:
        """Return the tallies of the comparisons that a mask or index selects; the codes do not change."""
        picked = np.asarray(chosen)
        return replace(
            self,
            matchup=self.matchup[picked],
            pair=self.pair[picked],
            image=self.image[picked],
            scenario=self.scenario[picked],
            votes_reference=self.votes_reference[picked],
            votes_other=self.votes_other[picked],
            reasons=self.reasons[picked],
        )


def codes_of(names: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Return an integer code for each name, and the distinct names in order of first appearance."""
    met: dict[str, int] = {}
    codes = np.fromiter((met.setdefault(name, len(met)) for name in names), dtype=np.int64, count=len(names))
    return codes, tuple(met)


def _reasons(votes: Votes, place: IntArray, comparisons: int) -> IntArray:
    # Use column-major memory order, because every statistic sums whole columns.
    counts = np.empty((len(JUSTIFICATIONS), len(SIDES), comparisons), dtype=np.int64)
    for index in range(len(JUSTIFICATIONS)):
        ticked = votes.reasons[:, index]
        for side, chose in ((REFERENCE, votes.chose_reference), (OTHER, ~votes.chose_reference)):
            counts[index, side] = np.bincount(place[ticked & chose], minlength=comparisons)
    return np.moveaxis(counts, -1, 0)
