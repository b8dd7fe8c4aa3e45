"""Reads the scores of submissions as tables, and the progress of the jobs that measure clips.

A mean never mixes clips that were measured with different settings. For each metric, a table uses the
settings with which most clips were measured. If several settings are equally frequent, the table uses the
newest settings. While a submission is measured again with new settings, the table therefore shows the old
scores until the new scores are complete.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.jobs.workers import offered_suites
from app.tables.bench import Pair
from app.tables.jobs import Job, job_kind_is, job_status_is, measures_with
from app.tables.metric_scores import MetricScore, MetricSettings
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.metrics.metric import Metric
from benchmark.metrics.suite_totals import suite_totals
from benchmark.metrics.suites import SUITES
from benchmark.metrics.table import NO_SCORE, ClipScores, MetricTable
from benchmark.protocol import FailureKind, JobKind, JobStatus, SuiteName
from benchmark.wire.metrics import SubmissionMetricsResponse, SuiteProgress, UnmeasuredClip

MOST_FAILURES = 20
Scores = Sequence[Row[int, str, int, float | None, str]]
Clips = Sequence[Row[int, str, str, int, int, int, int, float, int]]


@dataclass(frozen=True)
class _ChosenScores:
    """The scores that were computed with the chosen settings.

    `values` has the scores of each clip, and `refused` has the reasons for missing scores; both are keyed by
    clip id, then by metric.
    """

    values: Mapping[int, Mapping[str, float]]
    refused: Mapping[int, Mapping[str, str]]
    settings: Mapping[str, str]


def metric_table(session: Session, submission: Submission, suite: SuiteName) -> MetricTable | None:
    """Return the scores that one suite computed for a submission; None if no clip was measured.

    A clip that cannot be measured has a row that contains the reason but no values. A clip that was not
    measured yet has no row, and the table is partial.
    """
    chosen = _chosen_scores(session, submission, suite)
    unfit = _unfit_clips(session, submission, suite)
    if not chosen.values and not unfit:
        return None
    clips = _clips(session, submission)
    rows = [_clip_scores(row, chosen, unfit) for row in clips if row.id in chosen.values or row.id in unfit]
    metrics = SUITES[suite].metrics
    table = MetricTable(
        suite=suite.value,
        settings=chosen.settings,
        metrics=metrics,
        clips=tuple(rows),
        expected_pairs=_pairs(session, submission),
        missing_clips=len(clips) - len(rows),
        not_computed=_not_computed(metrics, rows),
    )
    return replace(table, totals=suite_totals(table, SUITES[suite].totals))


def measured_suites(session: Session, submission: Submission) -> list[SuiteName]:
    """Return the suites of metrics that measured clips of a submission, in the order of `SuiteName`."""
    found = session.scalars(
        select(MetricSettings.suite)
        .join(MetricScore, MetricScore.settings_id == MetricSettings.id)
        .join(Clip, Clip.id == MetricScore.clip_id)
        .where(Clip.submission_id == submission.id)
        .distinct()
    )
    return sorted(found, key=list(SuiteName).index)


def submission_name(session: Session, submission: Submission) -> str:
    """Return the name of a side, `model` or `model@label`."""
    slug = session.execute(select(VideoModel.slug).where(VideoModel.id == submission.model_id)).scalar_one()
    return f"{slug}@{submission.label}" if submission.label else slug


def submission_metrics(
    session: Session, submission: Submission, *, alive_since: datetime
) -> SubmissionMetricsResponse:
    """Return the progress of the jobs that measure the submission's clips, one entry per suite of metrics.

    A worker counts as running if it has sent a request after the time `alive_since`.
    """
    counts = _counts(session, submission)
    offered = offered_suites(session, since=alive_since)
    clips = session.execute(
        select(func.count()).select_from(Clip).where(Clip.submission_id == submission.id)
    ).scalar_one()
    return SubmissionMetricsResponse(
        submission=submission.public_id,
        name=submission_name(session, submission),
        partial=submission.is_partial,
        suites=[
            SuiteProgress(
                suite=suite,
                clips=clips,
                counts=counts[suite],
                failures=_failures(session, submission, suite) if counts[suite][JobStatus.FAILED] else [],
                is_offered=suite in offered,
            )
            for suite in SuiteName
        ],
    )


def _chosen_scores(session: Session, submission: Submission, suite: SuiteName) -> _ChosenScores:
    rows: Scores = session.execute(
        select(
            MetricScore.clip_id,
            MetricScore.metric,
            MetricScore.settings_id,
            MetricScore.value,
            MetricScore.refusal,
        )
        .join(MetricSettings, MetricSettings.id == MetricScore.settings_id)
        .join(Clip, Clip.id == MetricScore.clip_id)
        .where(Clip.submission_id == submission.id, MetricSettings.suite == suite)
    ).all()
    settings_of = _settings_with_most_clips(rows)
    values: defaultdict[int, dict[str, float]] = defaultdict(dict)
    refused: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if settings_of[row.metric] == row.settings_id:
            # The entry exists even if the clip is refused, because the clip was measured.
            of_clip = values[row.clip_id]
            if row.value is None:
                refused[row.clip_id][row.metric] = row.refusal
            else:
                of_clip[row.metric] = row.value
    found = select(MetricSettings.settings).where(MetricSettings.id.in_(set(settings_of.values())))
    settings: dict[str, str] = {}
    for each in session.scalars(found.order_by(MetricSettings.id)):
        settings |= each
    return _ChosenScores(dict(values), dict(refused), dict(sorted(settings.items())))


def _settings_with_most_clips(rows: Scores) -> dict[str, int]:
    clips: defaultdict[tuple[str, int], int] = defaultdict(int)
    for row in rows:
        clips[row.metric, row.settings_id] += 1
    ordered = sorted(clips.items(), key=lambda each: (each[1], each[0][1]))
    return {metric: settings_id for (metric, settings_id), _ in ordered}


def _unfit_clips(session: Session, submission: Submission, suite: SuiteName) -> Mapping[int, str]:
    """Return the clips that the suite cannot measure, with the reason."""
    rows = session.execute(
        select(Clip.id, Job.failure_message)
        .join(Job, (Job.submission_id == Clip.submission_id) & (Job.pair_id == Clip.pair_id))
        .where(
            Clip.submission_id == submission.id,
            Job.seed == Clip.seed,
            measures_with(suite),
            job_status_is(JobStatus.FAILED),
            Job.failure_kind == FailureKind.BAD_INPUT,
        )
    )
    return {row.id: row.failure_message for row in rows}


def _clips(session: Session, submission: Submission) -> Clips:
    return session.execute(
        select(
            Clip.id,
            Pair.name,
            Pair.scenario,
            Clip.seed,
            Clip.width,
            Clip.height,
            Clip.frames,
            Clip.duration_s,
            Clip.bytes,
        )
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == submission.id)
        .order_by(Pair.position, Clip.seed)
    ).all()


def _clip_scores(
    row: Row[int, str, str, int, int, int, int, float, int], chosen: _ChosenScores, unfit: Mapping[int, str]
) -> ClipScores:
    facts = {
        "width": float(row.width),
        "height": float(row.height),
        "frames": float(row.frames),
        "seconds": row.duration_s,
        "bytes": float(row.bytes),
    }
    if row.id in unfit:
        return ClipScores(row.name, row.scenario, row.seed, {}, {"clip": unfit[row.id]}, facts)
    values, refused = chosen.values[row.id], chosen.refused.get(row.id, {})
    return ClipScores(row.name, row.scenario, row.seed, values, refused, facts)


def _not_computed(metrics: Sequence[Metric], rows: Sequence[ClipScores]) -> dict[str, str]:
    known = {name for row in rows for name in (*row.values, *row.refused)}
    return {metric.name: NO_SCORE for metric in metrics if metric.name not in known}


def _pairs(session: Session, submission: Submission) -> int:
    return session.execute(
        select(func.count()).select_from(Pair).where(Pair.benchmark_id == submission.benchmark_id)
    ).scalar_one()


def _counts(session: Session, submission: Submission) -> dict[SuiteName, dict[JobStatus, int]]:
    counts = {suite: dict.fromkeys(JobStatus, 0) for suite in SuiteName}
    rows = session.execute(
        select(Job.suite, Job.status, func.count().label("jobs"))
        .where(Job.submission_id == submission.id, job_kind_is(JobKind.MEASURE))
        .group_by(Job.suite, Job.status)
    )
    for row in rows:
        counts[SuiteName(row.suite)][row.status] = row.jobs
    return counts


def _failures(session: Session, submission: Submission, suite: SuiteName) -> list[UnmeasuredClip]:
    rows = session.execute(
        select(Pair.name, Job.seed, Job.failure_message)
        .join(Pair, Pair.id == Job.pair_id)
        .where(Job.submission_id == submission.id, measures_with(suite), job_status_is(JobStatus.FAILED))
        .order_by(Pair.position, Job.seed)
        .limit(MOST_FAILURES)
    )
    return [UnmeasuredClip(pair_id=row.name, seed=row.seed, message=row.failure_message) for row in rows]
