"""Lists the default columns of LaTeX tables, so that a table fits into one column of a two-column paper."""

from benchmark.protocol import TableName

COMPACT: dict[TableName, tuple[str, ...]] = {
    TableName.PREFERENCES: ("reference", "other", "ti2v_score", "interval", "p_holm"),
    TableName.JUSTIFICATIONS: ("reference", "other", "justification", "of_all_votes", "p_holm"),
    TableName.COMPARISONS: ("reference", "other", "pair", "votes"),
    TableName.AGREEMENT: ("matchup", "question", "percent_agreement", "gwet_ac1"),
    TableName.LEADERBOARD: ("rank", "model", "strength", "expected_share"),
    TableName.BREAKDOWNS: ("reference", "other", "part", "ti2v_score", "interval"),
    TableName.SENSITIVITY: ("matchup", "by", "ti2v_score", "wilson", "cluster_bootstrap"),
    TableName.PAIRED: ("reference", "first", "second", "first_only", "second_only", "p_holm"),
    TableName.METRICS: ("suite", "metric", "side", "mean", "pairs"),
    TableName.METRIC_AGREEMENT: ("metric", "part", "agreement", "interval", "pairs"),
    TableName.METRIC_COVARIATES: ("covariate", "unit", "odds_ratio", "interval", "p"),
}
