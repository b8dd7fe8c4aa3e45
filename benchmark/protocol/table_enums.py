"""Enums of tables, their formats and automatic metrics."""

from enum import StrEnum


class TableName(StrEnum):
    """A table of results."""

    PREFERENCES = "preferences"
    JUSTIFICATIONS = "justifications"
    COMPARISONS = "comparisons"
    VOTES = "votes"
    AGREEMENT = "agreement"
    LEADERBOARD = "leaderboard"
    BREAKDOWNS = "breakdowns"
    SENSITIVITY = "sensitivity"
    PAIRED = "paired"
    METRICS = "metrics"
    METRIC_AGREEMENT = "metric_agreement"
    METRIC_COVARIATES = "metric_covariates"
    PLAYBACK = "playback"


class NameStyle(StrEnum):
    """The kind of names that sides have in Markdown and LaTeX tables."""

    SLUGS = "slugs"
    MODELS = "models"


class TableFormat(StrEnum):
    """A file format of tables."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    MARKDOWN = "markdown"
    LATEX = "latex"


class MetricFormat(StrEnum):
    """A file format of metric scores."""

    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"
    LATEX = "latex"


class SuiteName(StrEnum):
    """A suite of automatic metrics; benchmark/metrics/suites.py lists the metrics of each suite."""

    ANIMATE_BENCH = "animate-bench"
    VBENCH_I2V = "vbench-i2v"
    AIGCBENCH = "aigcbench"
    MOTION = "motion"


class Direction(StrEnum):
    """The direction in which a metric improves: higher or lower values are better, or neither (`none`)."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"
