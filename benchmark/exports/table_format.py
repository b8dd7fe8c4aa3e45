"""Defines the columns of Markdown and LaTeX tables: titles, number formats and bold values."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmark.exports.cells import CONVERTERS
from benchmark.exports.printed_cells import (
    EMPTY,
    KAPPA_DECIMALS,
    PERCENT_DECIMALS,
    STRENGTH_DECIMALS,
    TITLES,
    Span,
    Spans,
    interval_cell,
    number_cell,
    p_cell,
    plain_cell,
    reason_cells,
    sides_cell,
)
from benchmark.exports.tables import COLUMNS, Kind
from benchmark.protocol import TableName
from benchmark.stats.preferences import AVERAGE

METRIC_DECIMALS = 4


@dataclass(frozen=True)
class PrintedColumn:
    """A column of a Markdown or LaTeX table.

    Columns of numbers are right-aligned. A column of sides may show display names.
    """

    title: str
    spans: Callable[[object], Spans]
    number: bool = True
    is_name: bool = False

    @property
    def key(self) -> str:
        """Return the key with which users choose this column.

        >>> [PrintedColumn(title, lambda row: ()).key for title in ("95 % interval", "p (Holm)", "Gwet AC1")]
        ['interval', 'p_holm', 'gwet_ac1']
        """
        return re.sub(r"[^a-z0-9]+", "_", self.title.lower()).lstrip("_0123456789").rstrip("_")


def _text(title: str, column: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(plain_cell(getattr(row, column))),), number=False)


def _name(title: str, column: str) -> PrintedColumn:
    return replace(_text(title, column), is_name=True)


def _number(title: str, column: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(plain_cell(getattr(row, column))),))


def _p_value(title: str, column: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(p_cell(getattr(row, column))),))


def _sides(title: str, reference: str, other: str) -> PrintedColumn:
    """Return a column whose cells contain the values of two sides, such as 63.1/36.9, the larger in bold."""
    return PrintedColumn(title, lambda row: sides_cell(getattr(row, reference), getattr(row, other)))


def _interval(title: str, low: str, high: str) -> PrintedColumn:
    return PrintedColumn(title, lambda row: (Span(interval_cell(getattr(row, low), getattr(row, high))),))


def _measure(title: str, column: str, decimals: int) -> PrintedColumn:
    """Return a column whose cells contain a value and its interval, such as 0.270 [0.240, 0.290]."""

    def spans(row: object) -> Spans:
        value, low, high = (getattr(row, f"{column}{end}") for end in ("", "_low", "_high"))
        printed = number_cell(value, decimals)
        return (Span(printed if low is None else f"{printed} {interval_cell(low, high, decimals)}"),)

    return PrintedColumn(title, spans)


def _opponent(row: object) -> Spans:
    other = getattr(row, "other", None)
    return (Span(AVERAGE if other is None else str(other)),)


def _mean_and_spread(row: object) -> Spans:
    mean, spread = getattr(row, "mean", None), getattr(row, "seed_sd", None)
    printed = number_cell(mean, METRIC_DECIMALS)
    return (Span(printed if spread is None else f"{printed} ({number_cell(spread, METRIC_DECIMALS)})"),)


def _same_winner(row: object) -> Spans:
    same, matchups = getattr(row, "same_winner", None), getattr(row, "matchups", None)
    return (Span(f"{same} of {matchups}"),)


def _rank(row: object) -> Spans:
    rank, low, high = (getattr(row, name) for name in ("rank", "rank_low", "rank_high"))
    return (Span(plain_cell(rank) if low is None else f"{rank} ({low}–{high})"),)


def _reason_sides(form: str) -> list[PrintedColumn]:
    def column_of(index: int, title: str) -> PrintedColumn:
        return PrintedColumn(title, lambda row: reason_cells(row, form)[index])

    return [column_of(index, title) for index, title in enumerate(TITLES.values())]


def _every_column(table: TableName) -> list[PrintedColumn]:
    """Return all columns of the table with unformatted cells, as in the CSV export."""

    def column_of(name: str, kind: Kind) -> PrintedColumn:
        def spans(row: object) -> Spans:
            value = getattr(row, name)
            return (Span(EMPTY if value is None else str(CONVERTERS[kind](value))),)

        return PrintedColumn(name, spans, number=kind in (Kind.WHOLE, Kind.REAL, Kind.FLAG))

    return [column_of(column.name, column.kind) for column in COLUMNS[table]]


LAYOUTS: dict[TableName, list[PrintedColumn]] = {
    TableName.PREFERENCES: [
        _name("Reference", "reference"),
        PrintedColumn("Other", _opponent, number=False, is_name=True),
        _sides("TI2V score", "ti2v_score_reference", "ti2v_score_other"),
        _interval("95 % interval", "ci_low", "ci_high"),
        _p_value("p", "p_value"),
        _p_value("p (Holm)", "p_holm"),
        *_reason_sides("{reason}_{side}"),
        _number("Pairs", "pairs_decided"),
        _number("Undecided", "pairs_undecided"),
        _number("Votes", "votes"),
    ],
    TableName.JUSTIFICATIONS: [
        _name("Reference", "reference"),
        _name("Other", "other"),
        _text("Justification", "justification"),
        _sides("Of all votes", "rate_reference", "rate_other"),
        _sides("Of votes for the side", "side_rate_reference", "side_rate_other"),
        _p_value("p", "p_value"),
        _p_value("p (Holm)", "p_holm"),
        _number("Votes", "votes"),
    ],
    TableName.COMPARISONS: [
        _name("Reference", "reference"),
        _name("Other", "other"),
        _text("Pair", "pair"),
        _text("Scenario", "scenario"),
        _sides("Votes", "votes_reference", "votes_other"),
        _text("Majority", "majority"),
        *_reason_sides("{reason}_{side}_n"),
    ],
    TableName.VOTES: _every_column(TableName.VOTES),
    TableName.AGREEMENT: [
        _name("Matchup", "matchup"),
        _text("Question", "question"),
        _measure("Percent agreement", "percent_agreement", PERCENT_DECIMALS),
        _measure("Fleiss kappa", "fleiss_kappa", KAPPA_DECIMALS),
        _measure("Krippendorff alpha", "krippendorff_alpha", KAPPA_DECIMALS),
        _measure("Gwet AC1", "gwet_ac1", KAPPA_DECIMALS),
        _number("Complete", "complete"),
        _number("Partial", "partial"),
        _number("Split", "split"),
        _number("Commoner answer", "prevalence"),
        _number("Comparisons", "comparisons"),
        _number("Votes", "votes"),
    ],
    TableName.LEADERBOARD: [
        PrintedColumn("Rank", _rank),
        _name("Model", "model"),
        _measure("Strength", "strength", STRENGTH_DECIMALS),
        _number("Expected share", "expected_share"),
        _number("Votes won", "votes_won"),
        _number("Votes", "votes"),
        _number("Matchups", "matchups"),
        _number("Group", "group"),
    ],
    TableName.BREAKDOWNS: [
        _name("Reference", "reference"),
        _name("Other", "other"),
        _text("Division", "division"),
        _text("Part", "part"),
        _sides("TI2V score", "ti2v_score_reference", "ti2v_score_other"),
        _interval("95 % interval", "ci_low", "ci_high"),
        _sides("Vote share", "vote_share_reference", "vote_share_other"),
        *_reason_sides("{reason}_{side}"),
        _number("Pairs", "pairs_decided"),
        _number("Undecided", "pairs_undecided"),
        _number("Votes", "votes"),
    ],
    TableName.SENSITIVITY: [
        _name("Matchup", "matchup"),
        _text("By", "cluster"),
        _number("Clusters", "clusters"),
        _number("TI2V score", "ti2v_score_reference"),
        _interval("Wilson", "wilson_low", "wilson_high"),
        _interval("Clopper-Pearson", "exact_low", "exact_high"),
        _interval("Cluster bootstrap", "ci_low", "ci_high"),
        _number("Lowest", "lowest"),
        _text("Without", "lowest_without"),
        _number("Highest", "highest"),
        _text("Without", "highest_without"),
    ],
    TableName.PAIRED: [
        _name("Reference", "reference"),
        _name("First", "first_other"),
        _name("Second", "second_other"),
        _number("Won in both", "both"),
        _number("First only", "only_first"),
        _number("Second only", "only_second"),
        _number("In neither", "neither"),
        _p_value("p", "p_value"),
        _p_value("p (Holm)", "p_holm"),
        _number("Pairs", "pairs"),
    ],
    TableName.METRICS: [
        _text("Suite", "suite"),
        _text("Metric", "metric"),
        _name("Side", "side"),
        PrintedColumn("Mean", _mean_and_spread),
        _number("Pairs", "pairs"),
        _number("Expected pairs", "expected_pairs"),
        _number("Missing clips", "missing_clips"),
        _text("Better", "direction"),
        _text("Settings", "settings"),
    ],
    TableName.METRIC_AGREEMENT: [
        _text("Suite", "suite"),
        _text("Metric", "metric"),
        _text("Part", "part"),
        _number("Agreement", "accuracy"),
        _interval("95 % interval", "ci_low", "ci_high"),
        _number("Pairs", "comparisons"),
        _number("Spearman", "spearman"),
        _number("Kendall", "kendall"),
        PrintedColumn("Same winner", _same_winner),
        _number("Prefers static", "prefers_static"),
    ],
    TableName.METRIC_COVARIATES: [
        _text("Covariate", "covariate"),
        _text("Unit", "unit"),
        _number("Odds ratio", "odds_ratio"),
        _interval("95 % interval", "ci_low", "ci_high"),
        _p_value("p", "p_value"),
        _number("Votes", "votes"),
        _number("Images", "images"),
    ],
    TableName.PLAYBACK: _every_column(TableName.PLAYBACK),
}
