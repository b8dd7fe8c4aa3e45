"""TI2V scores of parts of a benchmark: by scenario, by image style, by hard case.

Parts are small, so their intervals are wide, and many parts are looked at: read rows and columns, not
single cells. No p-values are given for parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, product
from typing import NamedTuple

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.scores import count_groups
from benchmark.stats.tallies import JUSTIFICATIONS, SIDES, Tallies
from benchmark.stats.votes import UNKNOWN, Matchup

_RATES = tuple(f"{reason}_{side}" for reason in JUSTIFICATIONS for side in SIDES)


class Division(StrEnum):
    """What a benchmark is divided by; the last two are tags that its pairs may carry."""

    SCENARIO = "scenario"
    STYLE = "style"
    HARD_CASE = "hard_case"


@dataclass(frozen=True)
class BreakdownRow:
    """One matchup on one part of the benchmark; the other columns mean what they mean in PreferenceRow."""

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
    image_alignment_reference: float | None
    image_alignment_other: float | None
    text_alignment_reference: float | None
    text_alignment_other: float | None
    object_motion_reference: float | None
    object_motion_other: float | None
    overall_quality_reference: float | None
    overall_quality_other: float | None
    pairs_decided: int
    pairs_undecided: int
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
    columns = (counts.won_reference, counts.won_other, counts.undecided, counts.votes, counts.reasons)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    places = product(matchups, parts.names)
    return [
        _row(matchup, division, part, _Part(*of_part))
        for (matchup, part), of_part in zip(places, numbers, strict=True)
        if of_part[3]
    ]


def parts_of(tallies: Tallies, division: Division) -> Parts:
    """Return which part each comparison belongs to; the names are in alphabetical order."""
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
    votes: int
    reasons: list[list[int]]


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
        **_rates(counted),
        pairs_decided=won + lost,
        pairs_undecided=counted.undecided,
        votes=counted.votes,
    )


def _rates(counted: _Part) -> dict[str, float | None]:
    return {
        rate: percent(ticks, counted.votes)
        for rate, ticks in zip(_RATES, chain.from_iterable(counted.reasons), strict=True)
    }
