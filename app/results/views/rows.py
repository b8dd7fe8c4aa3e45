"""Builds the rows of figure 1 and table 1 from preference rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.panels.side_names import Naming
from app.results.live.tallies import CountedStudy
from app.results.view_models import TableRow
from app.results.views.bars import CommonScale
from app.results.views.figure_rows import Figure, FigureRow, PreferenceBar, ReasonBars
from benchmark.exports.printed_cells import TITLES, interval_cell, p_cell, reason_cells, sides_cell
from benchmark.protocol import Justification, Side
from benchmark.stats.preferences import SCORE, PreferenceRow
from benchmark.stats.tallies import Tallies

# A figure with more rows does not show reasons; with them, it would be larger than the rest of the page.
MAX_ROWS_WITH_REASONS = 20
_LONG_NAMES = {each: each.value.replace("_", " ").capitalize() for each in Justification}


@dataclass(frozen=True)
class MatchupFacts:
    """Details of a matchup.

    `panel` is the number of votes per comparison, such as `5` or `3–5`. `without_vote` is the number of
    comparisons without a vote.
    """

    url: str
    panel: str
    without_vote: int
    close_reason: str | None


def matchup_facts(counted: CountedStudy, *, results_url: str) -> dict[str, MatchupFacts]:
    """Return the details of each matchup of a study. The keys are the names of the matchups in tables.

    `results_url` is the URL of the results page. The URL of each matchup begins with this URL.
    """
    panels = panel_sizes(counted.tallies, [each.name for each in counted.sides])
    voteless = counted.tallies.matchup[counted.tallies.votes == 0]
    without_vote = np.bincount(voteless, minlength=len(counted.sides)).tolist()
    return {
        each.name: MatchupFacts(
            f"{results_url}/{at + 1}", panels[each.name], without_vote[at], each.close_reason
        )
        for at, each in enumerate(counted.sides)
    }


def figure_of(rows: Sequence[PreferenceRow], *, naming: Naming, facts: Mapping[str, MatchupFacts]) -> Figure:
    """Return figure 1 with a row for each matchup and average. `facts` is keyed by matchup name."""
    scale = CommonScale.over(row.share(reason, side) for row in rows for reason in TITLES for side in Side)
    return Figure(
        rows=tuple(_figure_row(row, scale, naming, facts.get(row.matchup)) for row in rows),
        shows_reasons=len(rows) <= MAX_ROWS_WITH_REASONS,
    )


def table_rows(
    rows: Sequence[PreferenceRow], *, naming: Naming, facts: Mapping[str, MatchupFacts]
) -> tuple[TableRow, ...]:
    """Return a row of table 1 for each matchup. `facts` is keyed by matchup name."""
    return tuple(
        _table_row(
            row,
            name=naming.matchup(row.reference, row.other or ""),
            panel=facts[row.matchup].panel,
            is_closed_early=facts[row.matchup].close_reason is not None,
        )
        for row in rows
    )


def average_rows(rows: Sequence[PreferenceRow], *, naming: Naming) -> tuple[TableRow, ...]:
    """Return one row of table 1 for each reference that has a macro-average."""
    return tuple(_table_row(row, name=average_name(row, naming), panel="") for row in rows)


def average_name(row: PreferenceRow, naming: Naming) -> str:
    return "Average" if naming.reference else f"{naming.side(row.reference)}, average"


def panel_sizes(tallies: Tallies, matchups: Sequence[str]) -> dict[str, str]:
    """Return the number of votes per comparison of each matchup: `5`, or `3–5`."""
    count, votes = len(matchups), tallies.votes
    fewest = np.full(count, np.iinfo(np.int64).max)
    most = np.zeros(count, dtype=np.int64)
    np.minimum.at(fewest, tallies.matchup, votes)
    np.maximum.at(most, tallies.matchup, votes)
    sizes = zip(matchups, np.minimum(fewest, most).tolist(), most.tolist(), strict=True)
    return {name: f"{low}" if low == high else f"{low}–{high}" for name, low, high in sizes}


def _figure_row(
    row: PreferenceRow, scale: CommonScale, naming: Naming, facts: MatchupFacts | None
) -> FigureRow:
    """Return the row of a matchup or of an average. The row of an average has no page and no `facts`."""
    return FigureRow(
        name=average_name(row, naming) if facts is None else naming.matchup(row.reference, row.other or ""),
        url=facts.url if facts else "",
        detail=_decided(row, facts.without_vote) if facts else "mean over the matchups",
        is_closed_early=facts is not None and facts.close_reason is not None,
        bar=_bar(row, naming),
        reasons=tuple(_reason_bars(row, reason, scale, naming) for reason in TITLES)
        if row.gives_reasons
        else (),
    )


def _decided(row: PreferenceRow, without_vote: int) -> str:
    parts = [f"{row.pairs_decided} pair{'' if row.pairs_decided == 1 else 's'} decided"]
    if row.pairs_undecided:
        parts.append(f"{row.pairs_undecided} undecided")
    if without_vote:
        parts.append(f"{without_vote} without a vote")
    return ", ".join(parts)


def _bar(row: PreferenceRow, naming: Naming) -> PreferenceBar | None:
    reference, other = row.share(SCORE, Side.REFERENCE), row.share(SCORE, Side.OTHER)
    if reference is None or other is None or row.ci_low is None or row.ci_high is None:
        return None
    first, second = naming.side(row.reference), _other_name(row, naming)
    label = (
        f"{first} {reference}, {second} {other} percent; 95 percent interval {row.ci_low} to {row.ci_high}"
    )
    return PreferenceBar(reference, other, row.ci_low, row.ci_high, label)


def _reason_bars(row: PreferenceRow, reason: Justification, scale: CommonScale, naming: Naming) -> ReasonBars:
    reference, other = row.share(reason, Side.REFERENCE) or 0.0, row.share(reason, Side.OTHER) or 0.0
    first, second = naming.side(row.reference), _other_name(row, naming)
    return ReasonBars(
        short_name=TITLES[reason],
        label=f"{_LONG_NAMES[reason]}: {first} {reference}, {second} {other} percent",
        reference=reference,
        other=other,
        reference_width=scale.width(reference),
        other_width=scale.width(other),
        winner="left" if reference > other else "right" if other > reference else "",
    )


def _other_name(row: PreferenceRow, naming: Naming) -> str:
    return "others" if row.other is None else naming.side(row.other)


def _table_row(row: PreferenceRow, *, name: str, panel: str, is_closed_early: bool = False) -> TableRow:
    return TableRow(
        name=name,
        is_closed_early=is_closed_early,
        score=sides_cell(row.share(SCORE, Side.REFERENCE), row.share(SCORE, Side.OTHER)),
        interval=interval_cell(row.ci_low, row.ci_high),
        p_value=p_cell(row.p_holm),
        reasons=reason_cells(row),
        decided=row.pairs_decided,
        undecided=row.pairs_undecided,
        panel=panel,
    )
