"""The results page's comparison of scores as reported and with excluded votes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.results.live.tallies import LiveCounts
from benchmark.exports.table_format import EMPTY, interval_cell
from benchmark.stats.side_by_side import Score, SideBySide, side_by_side
from benchmark.stats.tallies import Tallies


@dataclass(frozen=True)
class PrintedScore:
    """A score with its interval and the pairs it rests on, as printed."""

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
    """What the excluded votes would change; only matchups that have some."""

    lede: str
    rows: tuple[ExclusionRow, ...]


def exclusions_part(live: LiveCounts, names: Mapping[str, str]) -> ExclusionsPart | None:
    """Return the comparison; None where no vote is excluded.

    Args:
        names: what the page calls each matchup, in its order.
    """
    if not live.votes.is_excluded.any():
        return None
    counted = live.counted
    everything = _with_excluded(live)
    places = {matchup: place for place, matchup in enumerate(names)}
    rows = [row for row in side_by_side(counted.tallies, everything, counted.matchups) if row.excluded]
    rows.sort(key=lambda row: places[row.matchup])
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
    """Return the tallies with every excluded vote counted for its side; reasons stay as reported."""
    tallies, votes = live.counted.tallies, live.votes
    order = np.argsort(live.comparison)
    place = order[np.searchsorted(live.comparison, votes.comparison[votes.is_excluded], sorter=order)]
    for_reference = votes.chose_reference[votes.is_excluded]
    return replace(
        tallies,
        votes_reference=tallies.votes_reference + np.bincount(place[for_reference], minlength=len(order)),
        votes_other=tallies.votes_other + np.bincount(place[~for_reference], minlength=len(order)),
    )


def _lede(rows: list[SideBySide]) -> str:
    votes = sum(row.excluded for row in rows)
    number = "1 vote is" if votes == 1 else f"{votes:,} votes are"
    turned = sum(row.turns for row in rows)
    if not turned:
        verdict = "In no matchup would they change which side is ahead."
    elif turned == 1:
        verdict = "In 1 matchup they would put the other side ahead."
    else:
        verdict = f"In {turned} matchups they would put the other side ahead."
    return f"{number} excluded, each by a person and with a reason. {verdict}"


def _printed(score: Score) -> PrintedScore:
    return PrintedScore(
        share=EMPTY if score.share is None else str(score.share),
        interval=interval_cell(score.low, score.high),
        decided=score.pairs_decided,
    )
