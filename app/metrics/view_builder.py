"""Builds the page with the metrics of a submission."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.metrics.queries import metric_table, submission_metrics
from app.metrics.view_models import (
    SUITE_TITLES,
    MetricRow,
    MetricsPage,
    MetricsPart,
    SuiteChoice,
    SuitePart,
)
from app.security.identity import Principal
from app.security.visibility import may_change
from app.tables.bench import Benchmark
from app.tables.submissions import Submission
from benchmark.exports.metric_files import ARROWS, NamedTable, metric_cells, metric_columns, note
from benchmark.metrics.table import MetricTable
from benchmark.protocol import Role, SubmissionStatus, SuiteName
from benchmark.wire.metrics import SubmissionMetricsResponse, SuiteProgress


def metrics_page(
    session: Session,
    submission: Submission,
    principal: Principal,
    *,
    alive_since: datetime,
    server: str,
    chosen: str = "",
    problem: str = "",
) -> MetricsPage:
    """Return the page of a submission; the submission's owner also gets the form that starts a suite."""
    found = submission_metrics(session, submission, alive_since=alive_since)
    may_start = _may_start(submission, principal)
    is_final = submission.status is SubmissionStatus.FINAL
    return MetricsPage(
        public_id=submission.public_id,
        name=found.name,
        benchmark=session.get_one(Benchmark, submission.benchmark_id).title,
        is_partial=submission.is_partial,
        part=_part(session, submission, found, may_change=may_start and is_final, server=server),
        choices=tuple(_choice(each, chosen) for each in _sorted(found)) if may_start and is_final else (),
        refusal="" if is_final or not may_start else _refusal(submission),
        problem=problem,
    )


def metrics_part(
    session: Session, submission: Submission, principal: Principal, *, alive_since: datetime, server: str
) -> MetricsPart:
    """Return the part of the page that changes while clips are measured."""
    found = submission_metrics(session, submission, alive_since=alive_since)
    may_change = _may_start(submission, principal) and submission.status is SubmissionStatus.FINAL
    return _part(session, submission, found, may_change=may_change, server=server)


def metric_rows(table: MetricTable) -> tuple[MetricRow, ...]:
    """Return a row for each metric and each total score that a table has."""
    pairs = {metric.name: f"{table.summary(metric.name).pairs:,}" for metric in table.metrics}
    return tuple(
        MetricRow(metric.title, ARROWS[metric.direction], cell, pairs.get(metric.name, ""))
        for metric, cell in zip(metric_columns(table), metric_cells(table), strict=True)
        if metric.name not in table.not_computed
    )


def _may_start(submission: Submission, principal: Principal) -> bool:
    return principal.role in (Role.RESEARCHER, Role.ADMIN) and may_change(submission, principal)


def _refusal(submission: Submission) -> str:
    return (
        f"This submission is {submission.status}. Metrics are computed for final submissions only, because "
        "their clips do not change."
    )


def _sorted(found: SubmissionMetricsResponse) -> list[SuiteProgress]:
    """Return the suites; suites that a worker offers come first."""
    return sorted(found.suites, key=lambda each: (not each.is_offered, list(SUITE_TITLES).index(each.suite)))


def _choice(progress: SuiteProgress, chosen: str) -> SuiteChoice:
    remark = "" if progress.is_offered else "no worker offers it now"
    return SuiteChoice(progress.suite, SUITE_TITLES[progress.suite], remark, progress.suite.value == chosen)


def _part(
    session: Session,
    submission: Submission,
    found: SubmissionMetricsResponse,
    *,
    may_change: bool,
    server: str,
) -> MetricsPart:
    parts = (
        _suite_part(session, submission, found, each, may_change=may_change, server=server)
        for each in found.suites
        if any(each.counts.values())
    )
    return MetricsPart(submission.public_id, tuple(parts))


def _suite_part(
    session: Session,
    submission: Submission,
    found: SubmissionMetricsResponse,
    progress: SuiteProgress,
    *,
    may_change: bool,
    server: str,
) -> SuitePart:
    table = metric_table(session, submission, progress.suite)
    return SuitePart(
        public_id=submission.public_id,
        suite=SuiteName(progress.suite),
        clips=progress.clips,
        counts=progress.counts,
        failures=tuple(progress.failures),
        is_offered=progress.is_offered,
        is_partial=table is not None and table.is_partial,
        rows=metric_rows(table) if table else (),
        note=note([NamedTable(found.name, table)]) if table else "",
        start_command=f"ti2v worker --server {server} --key KEY --suites {progress.suite}",
        may_change=may_change,
    )
