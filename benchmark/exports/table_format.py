"""Defines the columns of each Markdown and LaTeX table, with their titles."""

from benchmark.exports.printed_cells import (
    KAPPA_DECIMALS,
    PERCENT_DECIMALS,
    STRENGTH_DECIMALS,
    Span,
    Spans,
    number_cell,
    plain_cell,
)
from benchmark.exports.printed_columns import (
    PrintedColumn,
    interval_column,
    measure_column,
    name_column,
    number_column,
    p_value_column,
    plain_columns,
    reason_columns,
    sides_column,
    text_column,
)
from benchmark.protocol import TableName
from benchmark.stats.preferences import AVERAGE

METRIC_DECIMALS = 4


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


LAYOUTS: dict[TableName, list[PrintedColumn]] = {
    TableName.PREFERENCES: [
        name_column("Reference", "reference"),
        PrintedColumn("Other", _opponent, number=False, is_name=True),
        sides_column("TI2V score", "ti2v_score_reference", "ti2v_score_other"),
        interval_column("95 % interval", "ci_low", "ci_high"),
        p_value_column("p", "p_value"),
        p_value_column("p (Holm)", "p_holm"),
        *reason_columns("{reason}_{side}"),
        number_column("Pairs", "pairs_decided"),
        number_column("Undecided", "pairs_undecided"),
        number_column("Votes", "votes"),
    ],
    TableName.JUSTIFICATIONS: [
        name_column("Reference", "reference"),
        name_column("Other", "other"),
        text_column("Justification", "justification"),
        sides_column("Of all votes", "rate_reference", "rate_other"),
        sides_column("Of votes for the side", "side_rate_reference", "side_rate_other"),
        p_value_column("p", "p_value"),
        p_value_column("p (Holm)", "p_holm"),
        number_column("Votes", "votes"),
    ],
    TableName.COMPARISONS: [
        name_column("Reference", "reference"),
        name_column("Other", "other"),
        text_column("Pair", "pair"),
        text_column("Scenario", "scenario"),
        sides_column("Votes", "votes_reference", "votes_other"),
        text_column("Majority", "majority"),
        *reason_columns("{reason}_{side}_n"),
    ],
    TableName.VOTES: plain_columns(TableName.VOTES),
    TableName.AGREEMENT: [
        name_column("Matchup", "matchup"),
        text_column("Question", "question"),
        measure_column("Percent agreement", "percent_agreement", PERCENT_DECIMALS),
        measure_column("Fleiss kappa", "fleiss_kappa", KAPPA_DECIMALS),
        measure_column("Krippendorff alpha", "krippendorff_alpha", KAPPA_DECIMALS),
        measure_column("Gwet AC1", "gwet_ac1", KAPPA_DECIMALS),
        number_column("Complete", "complete"),
        number_column("Partial", "partial"),
        number_column("Split", "split"),
        number_column("Commoner answer", "prevalence"),
        number_column("Comparisons", "comparisons"),
        number_column("Votes", "votes"),
    ],
    TableName.LEADERBOARD: [
        PrintedColumn("Rank", _rank),
        name_column("Model", "model"),
        measure_column("Strength", "strength", STRENGTH_DECIMALS),
        number_column("Expected share", "expected_share"),
        number_column("Votes won", "votes_won"),
        number_column("Votes", "votes"),
        number_column("Matchups", "matchups"),
        number_column("Group", "group"),
    ],
    TableName.BREAKDOWNS: [
        name_column("Reference", "reference"),
        name_column("Other", "other"),
        text_column("Division", "division"),
        text_column("Part", "part"),
        sides_column("TI2V score", "ti2v_score_reference", "ti2v_score_other"),
        interval_column("95 % interval", "ci_low", "ci_high"),
        sides_column("Vote share", "vote_share_reference", "vote_share_other"),
        *reason_columns("{reason}_{side}"),
        number_column("Pairs", "pairs_decided"),
        number_column("Undecided", "pairs_undecided"),
        number_column("Votes", "votes"),
    ],
    TableName.SENSITIVITY: [
        name_column("Matchup", "matchup"),
        text_column("By", "cluster"),
        number_column("Clusters", "clusters"),
        number_column("TI2V score", "ti2v_score_reference"),
        interval_column("Wilson", "wilson_low", "wilson_high"),
        interval_column("Clopper-Pearson", "exact_low", "exact_high"),
        interval_column("Cluster bootstrap", "ci_low", "ci_high"),
        number_column("Lowest", "lowest"),
        text_column("Without", "lowest_without"),
        number_column("Highest", "highest"),
        text_column("Without", "highest_without"),
    ],
    TableName.PAIRED: [
        name_column("Reference", "reference"),
        name_column("First", "first_other"),
        name_column("Second", "second_other"),
        number_column("Won in both", "both"),
        number_column("First only", "only_first"),
        number_column("Second only", "only_second"),
        number_column("In neither", "neither"),
        p_value_column("p", "p_value"),
        p_value_column("p (Holm)", "p_holm"),
        number_column("Pairs", "pairs"),
    ],
    TableName.METRICS: [
        text_column("Suite", "suite"),
        text_column("Metric", "metric"),
        name_column("Side", "side"),
        PrintedColumn("Mean", _mean_and_spread),
        number_column("Pairs", "pairs"),
        number_column("Expected pairs", "expected_pairs"),
        number_column("Missing clips", "missing_clips"),
        text_column("Better", "direction"),
        text_column("Settings", "settings"),
    ],
    TableName.METRIC_AGREEMENT: [
        text_column("Suite", "suite"),
        text_column("Metric", "metric"),
        text_column("Part", "part"),
        number_column("Agreement", "accuracy"),
        interval_column("95 % interval", "ci_low", "ci_high"),
        number_column("Pairs", "comparisons"),
        number_column("Spearman", "spearman"),
        number_column("Kendall", "kendall"),
        PrintedColumn("Same winner", _same_winner),
        number_column("Prefers static", "prefers_static"),
    ],
    TableName.METRIC_COVARIATES: [
        text_column("Covariate", "covariate"),
        text_column("Unit", "unit"),
        number_column("Odds ratio", "odds_ratio"),
        interval_column("95 % interval", "ci_low", "ci_high"),
        p_value_column("p", "p_value"),
        number_column("Votes", "votes"),
        number_column("Images", "images"),
    ],
    TableName.PLAYBACK: plain_columns(TableName.PLAYBACK),
}
