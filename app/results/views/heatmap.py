"""Builds the heat maps: the reference's share, by matchup and by scenario, image style or hard case."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from app.panels.side_names import Naming
from app.results.live.tallies import CountedStudy
from app.results.urls import scenario_path
from app.results.views.grids import HeatCell, HeatHeader, HeatRow, HeatTable
from app.results.views.names import readable
from app.results.views.rows import MatchupFacts
from benchmark.exports.figures.scales import MIN_DECIDED, heat_step, whole_percent
from benchmark.exports.printed_cells import EMPTY
from benchmark.stats.arrays import IntArray
from benchmark.stats.breakdowns import Division, parts_of
from benchmark.stats.preferences import PreferenceRow
from benchmark.stats.scores import count_groups
from benchmark.stats.votes import UNKNOWN

_TITLES = {
    Division.SCENARIO: ("scenarios", "By scenario", "scenario"),
    Division.STYLE: ("styles", "By image style", "image style"),
    Division.HARD_CASE: ("hard-cases", "By hard case", "hard case"),
}


def heat_tables(
    counted: CountedStudy,
    rows: Sequence[PreferenceRow],
    naming: Naming,
    facts: Mapping[str, MatchupFacts],
) -> tuple[HeatTable, ...]:
    """Return the heat maps by scenario, image style and hard case.

    A heat map is left out if it would have only one column, or if no pair has a majority.
    """
    tables = (_table(counted, rows, naming, facts, division) for division in _TITLES)
    return tuple(table for table in tables if table is not None)


def _table(
    counted: CountedStudy,
    rows: Sequence[PreferenceRow],
    naming: Naming,
    facts: Mapping[str, MatchupFacts],
    division: Division,
) -> HeatTable | None:
    names, won, decided = _counts(counted, division)
    # If there is only one part, table 1 has the same numbers.
    if len(names) < 2 or not decided.any():
        return None
    order = np.argsort(-(won.sum(axis=0) / np.maximum(decided.sum(axis=0), 1)), kind="stable").tolist()
    matchups = [each.name for each in counted.sides]
    won_of, decided_of = (
        dict(zip(matchups, numbers[:, order].tolist(), strict=True)) for numbers in (won, decided)
    )
    anchor, title, word = _TITLES[division]
    return HeatTable(
        anchor=anchor,
        title=title,
        lede=_lede(decided, naming, word),
        parts=tuple(_part(division, names[at]) for at in order),
        rows=tuple(
            HeatRow(
                HeatHeader(naming.matchup(row.reference, row.other or ""), facts[row.matchup].url),
                tuple(map(_cell, won_of[row.matchup], decided_of[row.matchup])),
            )
            for row in rows
        ),
    )


def _counts(counted: CountedStudy, division: Division) -> tuple[tuple[str, ...], IntArray, IntArray]:
    """Return the names of the parts, and two counts: pairs that the reference won, and decided pairs.

    Both counts have shape (matchups, parts).
    """
    parts = parts_of(counted.tallies, division)
    known = np.flatnonzero(parts.codes != UNKNOWN)
    shape = (len(counted.sides), len(parts.names))
    group = (counted.tallies.matchup * shape[1] + parts.codes)[known]
    counts = count_groups(counted.tallies.select(known), group, shape[0] * shape[1])
    return parts.names, counts.won_reference.reshape(shape), counts.decided.reshape(shape)


def _part(division: Division, name: str) -> HeatHeader:
    url = scenario_path(name) if division is Division.SCENARIO else None
    return HeatHeader(readable(name), url)


@lru_cache(maxsize=4096)
def _cell(won: int, decided: int) -> HeatCell:
    if decided < MIN_DECIDED:
        return HeatCell(EMPTY, None)
    return HeatCell(str(whole_percent(won, decided)), heat_step(won, decided))


def _lede(decided: IntArray, naming: Naming, part: str) -> str:
    whose = naming.side(naming.reference) if naming.reference else "The first side"
    shown = decided[decided >= MIN_DECIDED]
    what = f"{whose}’s share of decided pairs per {part}, in percent, best first."
    hidden = f"Cells with fewer than {MIN_DECIDED} decided pairs are empty."
    if not len(shown):
        return f"No {part} has {MIN_DECIDED} decided pairs of one matchup, so there is no heat map yet."
    low, high = int(shown.min()), int(shown.max())
    pairs = f"{low} decided pairs" if low == high else f"{low} to {high} decided pairs"
    return f"{what} Each number is of {pairs}. {hidden} Compare rows and columns, not single cells."
