"""One tally per comparison: where every statistic starts, whether votes come from a table or the database."""

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
    """The votes of each comparison, counted. Every array but `reasons` is (comparisons,).

    Attributes:
        matchup: index into the list of matchups the tallies go with.
        pair, image, scenario: codes into `pairs`, `images`, `scenarios`; image and scenario are
            UNKNOWN (-1) where nobody said them.
        votes_reference, votes_other: valid votes for each side.
        reasons: (comparisons, 4 justifications, 2 sides), votes that ticked the justification and
            chose the side, both in the protocol's order.
        tags: by its name, the tag of each pair of `pairs`, empty where it carries none.
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
            raise ValueError("the columns of tallies differ in length")
        if self.reasons.shape != (count, len(JUSTIFICATIONS), len(SIDES)):
            raise ValueError(f"reasons are (comparisons, 4, 2), not {self.reasons.shape}")
        votes = np.stack([self.votes_reference, self.votes_other]).T
        if (votes < 0).any() or (self.reasons < 0).any() or (self.reasons > votes[:, None, :]).any():
            raise ValueError("a justification is ticked at most once a vote, and no count is negative")
        if any(len(of_pairs) != len(self.pairs) for of_pairs in self.tags.values()):
            raise ValueError("a tag has a value for each pair, empty or not")

    @classmethod
    def from_votes(cls, votes: Votes) -> Self:
        """Return one tally per comparison that has a vote, in order of matchup and then of pair."""
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
        """Valid votes of each comparison."""
        return self.votes_reference + self.votes_other

    @property
    def lead(self) -> IntArray:
        """1 where the strict majority chose the reference, -1 the other, 0 undecided."""
        lead: IntArray = np.sign(self.votes_reference - self.votes_other)
        return lead

    def select(self, chosen: npt.ArrayLike) -> Self:
        """Return the tallies of some comparisons only, by mask or by index; names and codes stay."""
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
    """Return the code of each name, and the names in the order they were met."""
    met: dict[str, int] = {}
    codes = np.fromiter((met.setdefault(name, len(met)) for name in names), dtype=np.int64, count=len(names))
    return codes, tuple(met)


def _reasons(votes: Votes, place: IntArray, comparisons: int) -> IntArray:
    # Column by column in memory: every statistic adds up whole columns.
    counts = np.empty((len(JUSTIFICATIONS), len(SIDES), comparisons), dtype=np.int64)
    for index in range(len(JUSTIFICATIONS)):
        ticked = votes.reasons[:, index]
        for side, chose in ((REFERENCE, votes.chose_reference), (OTHER, ~votes.chose_reference)):
            counts[index, side] = np.bincount(place[ticked & chose], minlength=comparisons)
    return np.moveaxis(counts, -1, 0)
