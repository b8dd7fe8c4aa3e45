"""Scores, vote shares and reasons on the whole benchmark, by scenario, by image style and by hard case.

Parts are small, so their intervals are wide, and many parts are looked at: read rows and columns, not
single cells. No p-values are given for parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, cycle, product
from typing import NamedTuple

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.scores import count_groups
from benchmark.stats.tallies import JUSTIFICATIONS, SIDES, Tallies
from benchmark.stats.votes import UNKNOWN, Matchup

_RATES = tuple(f"{reason}_{side}" for reason in JUSTIFICATIONS for side in SIDES)
_SIDE_RATES = tuple(f"{reason}_side_rate_{side}" for reason in JUSTIFICATIONS for side in SIDES)
ALL_PAIRS = "all"


class Division(StrEnum):
    """What a benchmark is divided by, if at all; the last two are tags that its pairs may carry."""

    WHOLE = "whole"
    SCENARIO = "scenario"
    STYLE = "style"
    HARD_CASE = "hard_case"


@dataclass(frozen=True)
class BreakdownRow:
    """One matchup on one part of the benchmark; columns mean what they mean in PreferenceRow.

    `vote_share_...` are percent of all valid votes, `..._side_rate_...` percent of the votes for that side
    that ticked the justification (Emu Video's form).
    """

    study: str | None
    matchup: str
    reference: str
    other: str
    division: Division
    part: str
    ti2v_score_reference: float | None
    ti2v_score_other: float | None
    ti2v_score_reference_n: int
    ti2v_score_other_n: int
    ci_low: float | None
    ci_high: float | None
    vote_share_reference: float | None
    vote_share_other: float | None
    image_alignment_reference: float | None
    image_alignment_other: float | None
    text_alignment_reference: float | None
    text_alignment_other: float | None
    object_motion_reference: float | None
    object_motion_other: float | None
    overall_quality_reference: float | None
    overall_quality_other: float | None
    image_alignment_side_rate_reference: float | None
    image_alignment_side_rate_other: float | None
    text_alignment_side_rate_reference: float | None
    text_alignment_side_rate_other: float | None
    object_motion_side_rate_reference: float | None
    object_motion_side_rate_other: float | None
    overall_quality_side_rate_reference: float | None
    overall_quality_side_rate_other: float | None
    pairs_decided: int
    pairs_undecided: int
    votes_reference: int
    votes_other: int
    votes: int


@dataclass(frozen=True)
class Parts:
    """The part each comparison belongs to: (comparisons,) codes into `names`, UNKNOWN where to none."""

    codes: IntArray
    names: tuple[str, ...]


def breakdowns(tallies: Tallies, matchups: Sequence[Matchup]) -> list[BreakdownRow]:
    """Return the rows of every division, one after the other; none of a division that nobody named."""
    return [row for division in Division for row in breakdown(tallies, matchups, division)]


def breakdown(tallies: Tallies, matchups: Sequence[Matchup], division: Division) -> list[BreakdownRow]:
    """Return a row per matchup and part that has a vote, the parts in alphabetical order."""
    parts = parts_of(tallies, division)
    known = parts.codes != UNKNOWN
    group = tallies.matchup * len(parts.names) + parts.codes
    counts = count_groups(tallies.select(known), group[known], len(matchups) * len(parts.names))
    # Plain numbers, for single elements of arrays are slow and there may be thousands of rows.
    columns = (
        *(counts.won_reference, counts.won_other, counts.undecided),
        *(counts.votes_reference, counts.votes_other, counts.reasons),
    )
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    places = product(matchups, parts.names)
    return [
        _row(matchup, division, part, _Part(*of_part))
        for (matchup, part), of_part in zip(places, numbers, strict=True)
        if of_part[3] or of_part[4]
    ]


def parts_of(tallies: Tallies, division: Division) -> Parts:
    """Return which part each comparison belongs to; the names are in alphabetical order."""
    if division is Division.WHOLE:
        return Parts(np.zeros(len(tallies), dtype=np.int64), (ALL_PAIRS,))
    if division is Division.SCENARIO:
        names, codes = tallies.scenarios, tallies.scenario
    else:
        names, codes = tallies.tags.get(division, ("",) * len(tallies.pairs)), tallies.pair
    ordered = sorted({name for name in names if name})
    place = {name: code for code, name in enumerate(ordered)} | {"": UNKNOWN}
    # The last entry answers UNKNOWN itself: a comparison whose scenario nobody said.
    place_of_code = np.array([*(place[name] for name in names), UNKNOWN], dtype=np.int64)
    return Parts(place_of_code[codes], tuple(ordered))


class _Part(NamedTuple):
    """What one matchup adds up to on one part; `reasons` is justification by justification, side by side."""

    won: int
    lost: int
    undecided: int
    votes_reference: int
    votes_other: int
    reasons: list[list[int]]

    @property
    def votes(self) -> int:
        return self.votes_reference + self.votes_other


def _row(matchup: Matchup, division: Division, part: str, counted: _Part) -> BreakdownRow:
    won, lost = counted.won, counted.lost
    interval = wilson(won, won + lost) if won + lost else None
    return BreakdownRow(
        study=matchup.study,
        matchup=matchup.name,
        reference=matchup.reference,
        other=matchup.other,
        division=division,
        part=part,
        ti2v_score_reference=percent(won, won + lost),
        ti2v_score_other=percent(lost, won + lost),
        ti2v_score_reference_n=won,
        ti2v_score_other_n=lost,
        ci_low=percent_of_bound(interval.low) if interval else None,
        ci_high=percent_of_bound(interval.high) if interval else None,
        vote_share_reference=percent(counted.votes_reference, counted.votes),
        vote_share_other=percent(counted.votes_other, counted.votes),
        **_rates(counted),
        pairs_decided=won + lost,
        pairs_undecided=counted.undecided,
        votes_reference=counted.votes_reference,
        votes_other=counted.votes_other,
        votes=counted.votes,
    )


def _rates(counted: _Part) -> dict[str, float | None]:
    ticked = list(chain.from_iterable(counted.reasons))
    of_sides = cycle((counted.votes_reference, counted.votes_other))
    return {
        **{rate: percent(ticks, counted.votes) for rate, ticks in zip(_RATES, ticked, strict=True)},
        **{
            rate: percent(ticks, of_side)
            for rate, ticks, of_side in zip(_SIDE_RATES, ticked, of_sides, strict=False)
        },
    }
