"""Defines `Votes`, the counted votes of a study as columns with one entry per vote.

`benchmark.votes.validate` creates these columns from a votes table. Tallies are not enough for three
statistics, which need the individual votes in `Votes`: the agreement of single annotators, the flags of
annotators, and the bootstrap over annotators.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray

UNKNOWN = -1  # the code of an unknown name or number


@dataclass(frozen=True)
class Matchup:
    """Two submissions that a study compares. Each side is named `model` or `model@label`."""

    name: str
    reference: str
    other: str
    study: str | None = None


@dataclass(frozen=True)
class Votes:
    """The counted votes of a study, as one array per column.

    Names are stored as codes, which are indices into tuples of names. Arrays have the shape (votes,) unless
    noted.

    UNKNOWN replaces each code or number that is missing in the table.

    Attributes:
        matchups, pairs, images, scenarios, annotators: the names, in alphabetical order.
        image_of_pair, scenario_of_pair: (pairs,) the code of each pair's image, and of its scenario.
        annotator: the code of each vote's annotator.
        chose_reference: whether the vote is for the reference.
        reasons: (votes, 4), whether the vote gives each justification, in the order of the enum.
        reference_left: 1 if the reference was shown on the left, 0 if the reference was shown on the right.
        decision_ms: milliseconds from the display of the clips to the decision.
        tags: for each tag name, the tag's value for each pair; an empty text for a pair without the tag.
        left_out: for each status, the number of votes that do not count.
        counted: the status of the votes that count: `valid`, `imported` in an imported study, or
            `automatic` in a study with an automatic judge.
    """

    matchups: tuple[Matchup, ...]
    pairs: tuple[str, ...]
    images: tuple[str, ...]
    scenarios: tuple[str, ...]
    annotators: tuple[str, ...]
    image_of_pair: IntArray
    scenario_of_pair: IntArray
    matchup: IntArray
    pair: IntArray
    annotator: IntArray
    chose_reference: BoolArray
    reasons: BoolArray
    reference_left: IntArray
    decision_ms: IntArray
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: Mapping[VoteStatus, int] = field(default_factory=dict)
    counted: VoteStatus = VoteStatus.VALID

    def __len__(self) -> int:
        return len(self.matchup)
