"""Builds the tables of a model's metric scores: one column for each submission."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.metrics.cache import StampedCache, scores_stamp
from app.metrics.queries import measured_suites, metric_table
from app.results.views.metric_scores import SideColumn, SuiteTable, score_lines
from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.tables.bench import Benchmark
from app.tables.submissions import Submission, VideoModel
from benchmark.exports.metric_files import NamedTable, note
from benchmark.metrics.table import MetricTable
from benchmark.protocol import SubmissionStatus, SuiteName

MAX_SUBMISSIONS = 20
_TABLES: StampedCache[Mapping[SuiteName, MetricTable]] = StampedCache(64)


def model_scores(session: Session, model: VideoModel, principal: Principal) -> tuple[SuiteTable, ...]:
    """Return the metric scores of the model's newest final submissions, if the person sees the scores.

    Each suite of metrics has one table. Scores that were measured with different settings cannot be compared.
    A suite therefore has one table for each group of equal settings.
    """
    rows = session.execute(
        select(Submission, Benchmark.title)
        .join(Benchmark, Benchmark.id == Submission.benchmark_id)
        .where(
            Submission.model_id == model.id,
            Submission.status == SubmissionStatus.FINAL,
            sees_submission(principal),
        )
        .order_by(Submission.id.desc())
        .limit(MAX_SUBMISSIONS)
    ).all()
    measured = [
        (f"{title} · {submission.label}" if submission.label else title, _tables(session, submission))
        for submission, title in rows
    ]
    found = []
    for suite in SuiteName:
        named = [NamedTable(name, tables[suite]) for name, tables in measured if suite in tables]
        settings = dict.fromkeys(tuple(each.table.settings.items()) for each in named)
        for number, chosen in enumerate(settings):
            same = [each for each in named if tuple(each.table.settings.items()) == chosen]
            found.append(_suite_table(suite, same, number))
    return tuple(found)


def _tables(session: Session, submission: Submission) -> Mapping[SuiteName, MetricTable]:
    stamp = scores_stamp(session, [submission.id])
    if not stamp:
        return {}
    key = (str(session.get_bind().engine.url), submission.public_id)
    return _TABLES.get(key, stamp, lambda: _read(session, submission))


def _read(session: Session, submission: Submission) -> Mapping[SuiteName, MetricTable]:
    tables = {
        suite: metric_table(session, submission, suite) for suite in measured_suites(session, submission)
    }
    return {suite: table for suite, table in tables.items() if table is not None}


def _suite_table(suite: SuiteName, named: Sequence[NamedTable], number: int) -> SuiteTable:
    return SuiteTable(
        suite=suite,
        sides=tuple(SideColumn(each.name, each.table.is_partial) for each in named),
        votes=(),
        lines=score_lines([each.table for each in named]),
        notes=(note(named),),
        number=number,
    )
