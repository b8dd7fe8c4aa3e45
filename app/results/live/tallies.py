"""What the statistics of a study are computed from; everything after the count is the library's."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.panels.sides import MatchupSides
from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

UNTIMED = -1
# An imported vote counts as a valid one does: only a study made of imported votes holds any.
COUNTED = frozenset({VoteStatus.VALID, VoteStatus.IMPORTED})


@dataclass(frozen=True)
class CountedStudy:
    """A study's matchups and one tally per comparison, ready for `benchmark.stats`."""

    matchups: tuple[Matchup, ...]
    sides: tuple[MatchupSides, ...]
    tallies: Tallies


@dataclass(frozen=True)
class CastVotes:
    """A study's votes as columns, in the order they were cast; every array is (votes,).

    Attributes:
        id, comparison, annotator: of the database.
        decision_ms: UNTIMED (-1) where nobody measured it.
        chose_left: whether the chosen clip stood left, as A.
        chose_reference: whether the vote went to the reference.
        is_valid: whether the vote counts now: it is valid, or imported in a study run elsewhere.
        is_excluded: whether a person took it out of the results.
    """

    id: IntArray
    comparison: IntArray
    annotator: IntArray
    decision_ms: IntArray
    chose_left: BoolArray
    chose_reference: BoolArray
    is_valid: BoolArray
    is_excluded: BoolArray


@dataclass(frozen=True)
class LiveCounts:
    """A study's tallies and its single votes, both of the moment of reading.

    `comparison` is the database's id of each tally. `left_out` counts the votes of each status that do not
    count in a score. `is_imported`: the votes come from a study run elsewhere.
    """

    counted: CountedStudy
    comparison: IntArray
    votes: CastVotes
    left_out: Mapping[VoteStatus, int]
    is_imported: bool
