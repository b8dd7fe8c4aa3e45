"""Classes for the counts and votes from which the statistics of a study are computed."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.panels.sides import MatchupSides
from benchmark.protocol import StudyKind, VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

UNTIMED = -1


@dataclass(frozen=True)
class CountedStudy:
    """A study's matchups and its tallies, one per comparison, in the form that `benchmark.stats` expects."""

    matchups: tuple[Matchup, ...]
    sides: tuple[MatchupSides, ...]
    tallies: Tallies


@dataclass(frozen=True)
class CastVotes:
    """A study's votes as columns, in the order they were cast; every array has shape (votes,).

    Attributes:
        id, comparison, annotator: database IDs of each vote, its comparison and its annotator.
        decision_ms: decision time, milliseconds; UNTIMED (-1) if not measured.
        chose_left: whether the annotator chose the left clip (A).
        chose_reference: whether the annotator chose the clip of the reference.
        is_valid: whether the vote counts, because its status is one of COUNTED_STATUSES.
        is_excluded: whether the vote was excluded.
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
    """A study's tallies and individual votes, read at the same moment.

    `comparison` has the comparison ID of each tally. `left_out` has the number of votes of each status that
    does not count. `kind` is the source of the votes.
    """

    counted: CountedStudy
    comparison: IntArray
    votes: CastVotes
    left_out: Mapping[VoteStatus, int]
    kind: StudyKind

    @property
    def is_human(self) -> bool:
        return self.kind is StudyKind.HUMAN
