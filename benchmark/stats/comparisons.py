"""Computes the comparisons table: one row per comparison, with the number of votes for each side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from benchmark.stats.tallies import JUSTIFICATIONS, SIDES, Tallies
from benchmark.stats.votes import UNKNOWN, Matchup


class Majority(StrEnum):
    """The side with the strict majority of a comparison's votes."""

    REFERENCE = "reference"
    OTHER = "other"
    UNDECIDED = "undecided"


LEADS = {1: Majority.REFERENCE, -1: Majority.OTHER, 0: Majority.UNDECIDED}


@dataclass(frozen=True)
class ComparisonRow:
    """One row of the comparisons table.

    `<justification>_<side>_n` is the number of votes that chose the side and gave the justification.
    """

    study: str | None
    matchup: str
    pair: str
    image: str | None
    scenario: str | None
    reference: str
    other: str
    votes_reference: int
    votes_other: int
    votes: int
    majority: Majority
    image_alignment_reference_n: int
    image_alignment_other_n: int
    text_alignment_reference_n: int
    text_alignment_other_n: int
    object_motion_reference_n: int
    object_motion_other_n: int
    overall_quality_reference_n: int
    overall_quality_other_n: int


def comparisons(tallies: Tallies, matchups: Sequence[Matchup]) -> Iterator[ComparisonRow]:
    """Yield one row per comparison, in the order of the tallies."""
    columns = (tallies.matchup, tallies.pair, tallies.image, tallies.scenario)
    codes = zip(*(column.tolist() for column in columns), strict=True)
    votes = zip(tallies.votes_reference.tolist(), tallies.votes_other.tolist(), strict=True)
    ticks = tallies.reasons.reshape(len(tallies), len(JUSTIFICATIONS) * len(SIDES)).tolist()
    for (matchup, pair, image, scenario), (reference, other), ticked in zip(codes, votes, ticks, strict=True):
        yield ComparisonRow(
            matchups[matchup].study,
            matchups[matchup].name,
            tallies.pairs[pair],
            None if image == UNKNOWN else tallies.images[image],
            None if scenario == UNKNOWN else tallies.scenarios[scenario],
            matchups[matchup].reference,
            matchups[matchup].other,
            reference,
            other,
            reference + other,
            LEADS[(reference > other) - (reference < other)],
            *ticked,
        )
