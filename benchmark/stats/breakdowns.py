"""Computes scores, vote shares and reasons for parts of the benchmark: scenarios, styles, hard cases.

Most parts have few pairs and therefore wide intervals. The parts are not tested for significance, because the
result of a single part is weak evidence.
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
    """The property that divides a benchmark into parts. Style and hard case are optional tags of pairs."""

    WHOLE = "whole"
    SCENARIO = "scenario"
    STYLE = "style"
    HARD_CASE = "hard_case"


@dataclass(frozen=True)
class BreakdownRow:
    """The results of one matchup on one part of the benchmark.

    Columns with the same name as in PreferenceRow have the same meaning.

    `vote_share_...` is the percentage of all valid votes that chose the side. `..._side_rate_...` is computed
    from the votes for one side: the percentage of these votes that gave the justification (as in Emu Video).
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
    """Each comparison's part of the benchmark, as an index into `names`; UNKNOWN if there is no part."""

    codes: IntArray
    names: tuple[str, ...]


def breakdowns(tallies: Tallies, matchups: Sequence[Matchup]) -> list[BreakdownRow]:
    """Return the rows of all divisions. If no pair has a division's tag, the division has no rows."""
    return [row for division in Division for row in breakdown(tallies, matchups, division)]


def breakdown(tallies: Tallies, matchups: Sequence[Matchup], division: Division) -> list[BreakdownRow]:
    """Return one row for each combination of matchup and part that has votes.

    Parts are in alphabetical order.
    """
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
    """Return each comparison's part of the benchmark; part names are in alphabetical order."""
    if division is Division.WHOLE:
        return Parts(np.zeros(len(tallies), dtype=np.int64), (ALL_PAIRS,))
    if division is Division.SCENARIO:
        names, codes = tallies.scenarios, tallies.scenario
    else:
        names, codes = tallies.tags.get(division, ("",) * len(tallies.pairs)), tallies.pair
    ordered = sorted({name for name in names if name})
    place = {name: code for code, name in enumerate(ordered)} | {"": UNKNOWN}
    # The last entry maps UNKNOWN (-1) to UNKNOWN, for comparisons without a scenario.
    place_of_code = np.array([*(place[name] for name in names), UNKNOWN], dtype=np.int64)
    return Parts(place_of_code[codes], tuple(ordered))


class _Part(NamedTuple):
    """The counts, rounded shares and rounded rates of one matchup on one part of the benchmark."""

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
    """Yield the counts and rounded shares of each group.

    The function rounds whole columns in one call, because there may be thousands of groups.
    """
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
