"""TI2V scores of parts of a benchmark: by scenario, by image style, by hard-case tag.

Parts are small, so their intervals are wide, and many parts are looked at: read rows and columns, not
single cells. No p-values are given for parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.scores import Counts, count_groups
from benchmark.stats.tallies import JUSTIFICATIONS, OTHER, REFERENCE, Tallies
from benchmark.stats.votes import UNKNOWN, Matchup


@dataclass(frozen=True)
class BreakdownRow:
    """One matchup on one part of the benchmark; the columns mean what they mean in PreferenceRow.

    `rates`: per justification, percent of all valid votes for the reference and for the other side.
    """

    matchup: str
    reference: str
    other: str
    part: str
    ti2v_score_reference: float | None
    ti2v_score_other: float | None
    ci_low: float | None
    ci_high: float | None
    pairs_won_reference: int
    pairs_won_other: int
    pairs_undecided: int
    votes: int
    rates: Mapping[str, tuple[float | None, float | None]]


def by_scenario(tallies: Tallies, matchups: Sequence[Matchup]) -> list[BreakdownRow]:
    """Return a row per matchup and scenario, sorted by scenario; none where nobody said the scenarios."""
    known = tallies.select(tallies.scenario != UNKNOWN)
    return _breakdown(known, known.scenario, tallies.scenarios, matchups)


def by_tag(
    tallies: Tallies, matchups: Sequence[Matchup], tags: Mapping[str, Sequence[str]]
) -> list[BreakdownRow]:
    """Return a row per matchup and tag; a pair may carry several tags, or none.

    Args:
        tallies: the comparisons of a study.
        matchups: what they belong to.
        tags: of each pair, by its id: image styles, hard cases or any other labels.
    """
    names = sorted({tag for labels in tags.values() for tag in labels})
    place = {tag: code for code, tag in enumerate(names)}
    tags_of_pair = [sorted({place[tag] for tag in tags.get(pair, ())}) for pair in tallies.pairs]
    index = [(row, tag) for row, pair in enumerate(tallies.pair.tolist()) for tag in tags_of_pair[pair]]
    rows, codes = np.array(index, dtype=np.int64).reshape(-1, 2).T
    return _breakdown(tallies.select(rows), codes, names, matchups)


def _breakdown(
    tallies: Tallies, part: IntArray, parts: Sequence[str], matchups: Sequence[Matchup]
) -> list[BreakdownRow]:
    counts = count_groups(tallies, tallies.matchup * len(parts) + part, len(matchups) * len(parts))
    ordered = sorted(range(len(parts)), key=lambda code: parts[code])
    return [
        _row(matchup, parts[code], counts, index * len(parts) + code)
        for index, matchup in enumerate(matchups)
        for code in ordered
        if counts.votes[index * len(parts) + code]
    ]


def _row(matchup: Matchup, part: str, counts: Counts, group: int) -> BreakdownRow:
    won, lost, votes = (
        int(column[group]) for column in (counts.won_reference, counts.won_other, counts.votes)
    )
    interval = wilson(won, won + lost) if won + lost else None
    return BreakdownRow(
        matchup=matchup.name,
        reference=matchup.reference,
        other=matchup.other,
        part=part,
        ti2v_score_reference=percent(won, won + lost),
        ti2v_score_other=percent(lost, won + lost),
        ci_low=percent_of_bound(interval.low) if interval else None,
        ci_high=percent_of_bound(interval.high) if interval else None,
        pairs_won_reference=won,
        pairs_won_other=lost,
        pairs_undecided=int(counts.undecided[group]),
        votes=votes,
        rates=_rates(counts, group, votes),
    )


def _rates(counts: Counts, group: int, votes: int) -> dict[str, tuple[float | None, float | None]]:
    ticks = counts.reasons[group].tolist()
    return {
        name: (percent(ticked[REFERENCE], votes), percent(ticked[OTHER], votes))
        for name, ticked in zip(JUSTIFICATIONS, ticks, strict=True)
    }
