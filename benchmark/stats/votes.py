"""The counting votes of one study as columns, one entry per vote.

`benchmark.votes.validate` makes them from a table of votes. Only what cannot be had from tallies reads them:
agreement of single annotators, their quality, and the bootstrap over annotators.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray

UNKNOWN = -1  # the code of what a table does not say


@dataclass(frozen=True)
class Matchup:
    """Two submissions compared in a study; sides are written `model` or `model@label`."""

    name: str
    reference: str
    other: str
    study: str | None = None


@dataclass(frozen=True)
class Votes:
    """Votes that count, as codes into the tuples of names; every array but the two of pairs is (votes,).

    Attributes:
        matchups, pairs, images, scenarios, annotators: names, in alphabetical order.
        image_of_pair, scenario_of_pair: (pairs,) codes, UNKNOWN where the table does not say.
        annotator: codes, UNKNOWN where the table does not say.
        chose_reference: whether the vote went to the reference.
        reasons: (votes, 4), whether each justification was ticked, in the protocol's order.
        reference_left: 1 where the reference stood left, 0 where right, UNKNOWN where the table does not say.
        decision_ms: milliseconds to the decision, UNKNOWN where the table does not say.
        tags: by its name, the tag of each pair, empty where it carries none.
        left_out: how many votes of each other status the table held.
        counted: the status that counts here: valid, or imported in a table of a study run elsewhere.
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
