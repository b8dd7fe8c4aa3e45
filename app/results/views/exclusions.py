"""Builds the comparison of scores with and without excluded votes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.results.live.tallies import LiveCounts
from benchmark.exports.printed_cells import EMPTY, interval_cell
from benchmark.stats.side_by_side import Score, SideBySide, side_by_side
from benchmark.stats.tallies import Tallies


@dataclass(frozen=True)
class PrintedScore:
    """A formatted score with its interval and number of decided pairs."""

    share: str
    interval: str
    decided: int


@dataclass(frozen=True)
class ExclusionRow:
    name: str
    excluded: int
    reported: PrintedScore
    with_excluded: PrintedScore


@dataclass(frozen=True)
class ExclusionsPart:
    """For each matchup with an excluded vote, the scores with and without the excluded votes."""

    lede: str
    rows: tuple[ExclusionRow, ...]


def exclusions_part(live: LiveCounts, names: Mapping[str, str]) -> ExclusionsPart | None:
    """Return the scores with and without excluded votes; None if no vote is excluded.

    Args:
        names: the name of each matchup on the page, in the order of the page.
    """
    if not live.votes.is_excluded.any():
        return None
    counted = live.counted
    everything = _with_excluded(live)
    position = {matchup: index for index, matchup in enumerate(names)}
    rows = [row for row in side_by_side(counted.tallies, everything, counted.matchups) if row.excluded]
    rows.sort(key=lambda row: position[row.matchup])
    if not rows:
        return None
    return ExclusionsPart(
        lede=_lede(rows),
        rows=tuple(
            ExclusionRow(
                name=names[row.matchup],
                excluded=row.excluded,
                reported=_printed(row.reported),
                with_excluded=_printed(row.with_excluded),
            )
            for row in rows
        ),
    )


def _with_excluded(live: LiveCounts) -> Tallies:
    """Return the tallies that would result if every excluded vote counted.

    The counts of reasons do not change.
    """
    tallies, votes = live.counted.tallies, live.votes
    order = np.argsort(live.comparison)
    index = order[np.searchsorted(live.comparison, votes.comparison[votes.is_excluded], sorter=order)]
    for_reference = votes.chose_reference[votes.is_excluded]
    return replace(
        tallies,
        votes_reference=tallies.votes_reference + np.bincount(index[for_reference], minlength=len(order)),
        votes_other=tallies.votes_other + np.bincount(index[~for_reference], minlength=len(order)),
    )


def _lede(rows: list[SideBySide]) -> str:
    votes = sum(row.excluded for row in rows)
    number = "1 vote is" if votes == 1 else f"{votes:,} votes are"
    turned = sum(row.turns for row in rows)
    if not turned:
        effect = "Counting them would not change the leading side of any matchup."
    elif turned == 1:
        effect = "Counting them would change the leading side of 1 matchup."
    else:
        effect = f"Counting them would change the leading side of {turned} matchups."
    return f"{number} excluded, each by a person with a reason. {effect}"


def _printed(score: Score) -> PrintedScore:
    return PrintedScore(
        share=EMPTY if score.share is None else str(score.share),
        interval=interval_cell(score.low, score.high),
        decided=score.pairs_decided,
    )
