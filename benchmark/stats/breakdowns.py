"""Scores, vote shares and reasons on the whole benchmark, by scenario, by image style and by hard case.

Parts are small, so their intervals are wide, and many parts are looked at: read rows and columns, not
single cells. No p-values are given for parts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import NamedTuple

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent_of_bound, percents
from benchmark.stats.scores import Counts, count_groups
from benchmark.stats.tallies import JUSTIFICATIONS, SIDES, Tallies
from benchmark.stats.votes import UNKNOWN, Matchup

_RATES = tuple(
    f"{reason}_{rate}{side}" for rate in ("", "side_rate_") for reason in JUSTIFICATIONS for side in SIDES
)
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
    if not parts.names:
        return []
    group = tallies.matchup * len(parts.names) + parts.codes
    known = parts.codes != UNKNOWN
    if not known.all():
        tallies, group = tallies.select(known), group[known]
    counts = count_groups(tallies, group, len(matchups) * len(parts.names))
    places = product(matchups, parts.names)
    return [
        _row(matchup, division, part, of_part)
        for (matchup, part), of_part in zip(places, _parts(counts), strict=True)
        if of_part.votes
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
    """What one matchup adds up to on one part; shares and rates are as printed."""

    won: int
    lost: int
    undecided: int
    votes_reference: int
    votes_other: int
    votes: int
    score_reference: float | None
    score_other: float | None
    vote_share_reference: float | None
    vote_share_other: float | None
    rates: tuple[float | None, ...]


def _parts(counts: Counts) -> Iterator[_Part]:
    """Yield the numbers of each group, rounded column by column: there may be thousands of groups."""
    won, lost, of_sides = counts.won_reference, counts.won_other, (counts.votes_reference, counts.votes_other)
    numbers = (won, lost, counts.undecided, *of_sides, counts.votes)
    shares = [percents(won, counts.decided), percents(lost, counts.decided)]
    shares += [percents(of_side, counts.votes) for of_side in of_sides]
    ticked = list(product(range(len(JUSTIFICATIONS)), range(len(SIDES))))
    rates = [percents(counts.reasons[:, reason, side], counts.votes) for reason, side in ticked]
    rates += [percents(counts.reasons[:, reason, side], of_sides[side]) for reason, side in ticked]
    columns = (*(column.tolist() for column in numbers), *shares, zip(*rates, strict=True))
    return map(_Part, *columns)


def _row(matchup: Matchup, division: Division, part: str, of_part: _Part) -> BreakdownRow:
    decided = of_part.won + of_part.lost
    interval = wilson(of_part.won, decided) if decided else None
    return BreakdownRow(
        study=matchup.study,
        matchup=matchup.name,
        reference=matchup.reference,
        other=matchup.other,
        division=division,
        part=part,
        ti2v_score_reference=of_part.score_reference,
        ti2v_score_other=of_part.score_other,
        ti2v_score_reference_n=of_part.won,
        ti2v_score_other_n=of_part.lost,
        ci_low=percent_of_bound(interval.low) if interval else None,
        ci_high=percent_of_bound(interval.high) if interval else None,
        vote_share_reference=of_part.vote_share_reference,
        vote_share_other=of_part.vote_share_other,
        **dict(zip(_RATES, of_part.rates, strict=True)),
        pairs_decided=decided,
        pairs_undecided=of_part.undecided,
        votes_reference=of_part.votes_reference,
        votes_other=of_part.votes_other,
        votes=of_part.votes,
    )
