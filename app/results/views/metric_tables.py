"""Builds the tables that compare automatic metrics with the votes of a study."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.metrics.view_models import SUITE_TITLES
from benchmark.exports.metric_agreement_files import AgreementDocument
from benchmark.exports.printed_cells import EMPTY, interval_cell, number_cell, p_cell
from benchmark.metrics.suites import SUITES
from benchmark.plurals import counted
from benchmark.protocol import Direction, SuiteName
from benchmark.stats.breakdowns import Division
from benchmark.votes.metric_agreement import MetricAgreementRow

_CHANCE = 50.0


@dataclass(frozen=True)
class AgreementMark:
    """The position of a metric's agreement and of its interval on an axis from 0 to 100 %.

    `low` equals `high` if there is no interval.
    """

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class AgreementLine:
    """The agreement of one metric with the votes, formatted."""

    title: str
    mark: AgreementMark
    agreement: str
    interval: str
    comparisons: str
    spearman: str
    kendall: str
    same_winner: str
    prefers_static: str


@dataclass(frozen=True)
class AgreementGroup:
    """The metrics of one suite."""

    suite: str
    lines: tuple[AgreementLine, ...]


@dataclass(frozen=True)
class AgreementTable:
    """The agreement of each metric with the majority of the votes.

    `has_static` is true if static clips have scores. `has_ranks` is true if rank correlations exist.
    `has_marked` is true if, for some metric, neither high nor low scores are better.
    """

    groups: tuple[AgreementGroup, ...]
    has_static: bool
    has_ranks: bool
    has_marked: bool


@dataclass(frozen=True)
class ScenarioLine:
    """The agreement of one metric in each scenario. The first of `cells` is the agreement on all pairs."""

    title: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioTable:
    """The agreement of each metric with the votes, for each scenario.

    `scenarios` names all columns except the first column.
    """

    scenarios: tuple[str, ...]
    groups: tuple[tuple[str, tuple[ScenarioLine, ...]], ...]


@dataclass(frozen=True)
class CovariateLine:
    """One covariate of the regression, formatted."""

    title: str
    unit: str
    odds_ratio: str
    interval: str
    p_value: str


@dataclass(frozen=True)
class CovariatePart:
    """The regression of the votes on properties of the clips; `lines` is empty if there is no regression."""

    lines: tuple[CovariateLine, ...]
    counts: str
    remarks: tuple[str, ...]


def agreement_table(document: AgreementDocument | None) -> AgreementTable | None:
    """Return the agreement on all pairs; None if no metric can be compared with votes."""
    rows = _whole(document)
    if not rows:
        return None
    return AgreementTable(
        groups=tuple(
            AgreementGroup(title, tuple(_line(row) for row in of_suite))
            for title, of_suite in _by_suite(rows)
        ),
        has_static=any(row.static_clips for row in rows),
        has_ranks=any(row.spearman is not None for row in rows),
        has_marked=any(row.direction is Direction.NONE for row in rows),
    )


def scenario_table(document: AgreementDocument | None) -> ScenarioTable | None:
    """Return the agreement by scenario; None if the study has fewer than two scenarios with scores."""
    rows = _whole(document)
    if document is None:
        return None
    parts = [row for row in document.rows if row.division is Division.SCENARIO and row.comparisons]
    scenarios = tuple(sorted({row.part for row in parts}))
    if len(scenarios) < 2:
        return None
    shares = {(row.suite, row.metric, row.part): row.accuracy for row in parts}
    groups = []
    for title, of_suite in _by_suite(rows):
        lines = []
        for row in of_suite:
            found = [row.accuracy, *(shares.get((row.suite, row.metric, part)) for part in scenarios)]
            lines.append(ScenarioLine(_title(row), tuple(number_cell(share, 1) for share in found)))
        groups.append((title, tuple(lines)))
    return ScenarioTable(scenarios, tuple(groups))


def covariate_part(document: AgreementDocument | None) -> CovariatePart | None:
    """Return the regression; None if no metric can be compared with votes."""
    if document is None:
        return None
    rows = document.covariates.rows
    counts = ""
    if rows:
        counts = (
            f"{counted(rows[0].votes, 'vote')} on {counted(rows[0].comparisons, 'comparison')} of "
            f"{counted(rows[0].images, 'image')}."
        )
    return CovariatePart(
        lines=tuple(
            CovariateLine(
                title=row.covariate.capitalize(),
                unit=row.unit,
                odds_ratio=number_cell(row.odds_ratio, 2),
                interval=interval_cell(row.ci_low, row.ci_high, 2),
                p_value=p_cell(row.p_value),
            )
            for row in rows
        ),
        counts=counts,
        remarks=document.covariates.remarks,
    )


def metric_sentence(document: AgreementDocument | None) -> str:
    """Return a sentence that says how many metrics agree with people more often, or less often, than chance.

    The sentence leaves out metrics without a direction, for which neither high nor low scores are better.
    """
    rows = [row for row in _whole(document) if row.direction is not Direction.NONE]
    if not rows:
        return ""
    more = sum(row.ci_low is not None and row.ci_low > _CHANCE for row in rows)
    less = sum(row.ci_high is not None and row.ci_high < _CHANCE for row in rows)
    best = max(rows, key=lambda row: row.accuracy or 0.0)
    return (
        f"Of {counted(len(rows), 'metric')}, {more} agree with people more often than a guess, and {less} "
        f"less often, at 95 % confidence. The highest agreement is {number_cell(best.accuracy, 1)} % "
        f"({_title(best)}, {counted(best.comparisons, 'pair')})."
    )


def _whole(document: AgreementDocument | None) -> list[MetricAgreementRow]:
    if document is None:
        return []
    return [row for row in document.rows if row.division is Division.WHOLE and row.comparisons]


def _by_suite(rows: Sequence[MetricAgreementRow]) -> list[tuple[str, list[MetricAgreementRow]]]:
    suites = dict.fromkeys(row.suite for row in rows)
    return [(SUITE_TITLES[SuiteName(suite)], [row for row in rows if row.suite == suite]) for suite in suites]


def _line(row: MetricAgreementRow) -> AgreementLine:
    share = row.accuracy if row.accuracy is not None else _CHANCE
    low, high = row.ci_low, row.ci_high
    return AgreementLine(
        title=_title(row),
        mark=AgreementMark(share, share if low is None else low, share if high is None else high),
        agreement=number_cell(row.accuracy, 1),
        interval=interval_cell(low, high),
        comparisons=f"{row.comparisons:,}",
        spearman=number_cell(row.spearman, 2),
        kendall=number_cell(row.kendall, 2),
        same_winner=f"{row.same_winner} of {row.matchups}" if row.matchups else EMPTY,
        prefers_static=number_cell(row.prefers_static, 1),
    )


def _title(row: MetricAgreementRow) -> str:
    titles = {metric.name: metric.title for metric in SUITES[SuiteName(row.suite)].metrics}
    return titles[row.metric] + (" *" if row.direction is Direction.NONE else "")
