"""Defines the result tables and their columns.

The names and the order of the columns are part of the public contract.

docs/tables.md documents every column; a test compares that page with this module.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

from benchmark.metrics.mean_rows import MetricMeanRow
from benchmark.protocol import TableFormat, TableName
from benchmark.stats.agreement_table import AgreementRow
from benchmark.stats.breakdowns import BreakdownRow
from benchmark.stats.comparisons import ComparisonRow
from benchmark.stats.justifications import JustificationRow
from benchmark.stats.leaderboard import LeaderboardRow
from benchmark.stats.paired import PairedRow
from benchmark.stats.preferences import PreferenceRow
from benchmark.stats.sensitivity import SensitivityRow
from benchmark.votes.columns import JUSTIFICATION_COLUMNS, VOTE_COLUMNS
from benchmark.votes.covariates import CovariateRow
from benchmark.votes.metric_agreement import MetricAgreementRow
from benchmark.votes.playback import PlaybackRow

EXTENSIONS = {each: each.value for each in TableFormat} | {
    TableFormat.MARKDOWN: "md",
    TableFormat.LATEX: "tex",
}


class Kind(StrEnum):
    """The type of a column's cells. A column of any type may also have empty cells."""

    TEXT = "text"
    WHOLE = "whole"
    FLAG = "flag"
    REAL = "real"
    TIME = "time"


MEDIA_TYPES = {
    TableFormat.CSV: "text/csv; charset=utf-8",
    TableFormat.JSON: "application/json",
    TableFormat.JSONL: "application/x-ndjson",
    TableFormat.PARQUET: "application/vnd.apache.parquet",
    TableFormat.MARKDOWN: "text/markdown; charset=utf-8",
    TableFormat.LATEX: "application/x-tex; charset=utf-8",
}

# Tables that can be too long to fit into memory.
STREAMED = (TableName.VOTES, TableName.PLAYBACK)


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind


def _columns_of(row_type: type) -> tuple[Column, ...]:
    """Return the fields of a row class as columns."""
    return tuple(Column(field.name, _kind(field.type)) for field in fields(row_type))


def _kind(annotation: object) -> Kind:
    if annotation in (int, int | None):
        return Kind.WHOLE
    if annotation in (float, float | None):
        return Kind.REAL
    return Kind.TEXT  # names and enumerations; an enumeration member is written as its value


def _vote_column(name: str) -> Column:
    kinds = dict.fromkeys(JUSTIFICATION_COLUMNS, Kind.FLAG) | {
        "cast_at": Kind.TIME,
        "decision_ms": Kind.WHOLE,
        "protocol_version": Kind.WHOLE,
    }
    return Column(name, kinds.get(name, Kind.TEXT))


COLUMNS: dict[TableName, tuple[Column, ...]] = {
    TableName.PREFERENCES: _columns_of(PreferenceRow),
    TableName.JUSTIFICATIONS: _columns_of(JustificationRow),
    TableName.COMPARISONS: _columns_of(ComparisonRow),
    TableName.VOTES: tuple(_vote_column(name) for name in VOTE_COLUMNS),
    TableName.AGREEMENT: _columns_of(AgreementRow),
    TableName.LEADERBOARD: _columns_of(LeaderboardRow),
    TableName.BREAKDOWNS: _columns_of(BreakdownRow),
    TableName.SENSITIVITY: _columns_of(SensitivityRow),
    TableName.PAIRED: _columns_of(PairedRow),
    TableName.METRICS: _columns_of(MetricMeanRow),
    TableName.METRIC_AGREEMENT: _columns_of(MetricAgreementRow),
    TableName.METRIC_COVARIATES: _columns_of(CovariateRow),
    TableName.PLAYBACK: _columns_of(PlaybackRow),
}
COLUMN_NAMES: dict[TableName, tuple[str, ...]] = {
    table: tuple(column.name for column in columns) for table, columns in COLUMNS.items()
}
