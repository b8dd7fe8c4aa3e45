"""Stores the scores that workers compute.

A score refers to the settings with which it was computed. Scores of different settings are never averaged
together (app/metrics/queries.py).
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.jobs import leases
from app.security.identity import Principal
from app.tables.jobs import Job
from app.tables.metric_scores import MetricScore, MetricSettings
from app.tables.submissions import Clip
from benchmark.metrics.suites import SUITES
from benchmark.protocol import JobKind, JobStatus, SuiteName
from benchmark.wire.metrics import ScoresRequest


def finish_measurement(
    session: Session, *, public_id: str, request: ScoresRequest, principal: Principal, now: datetime
) -> Job:
    """Store the scores of a job's clip and finish the job. Sending the scores again changes nothing.

    Raises:
        NotFound: there is no job with this id, or the job does not measure a clip.
        Conflict: the job was cancelled, or this attempt no longer holds the job.
        Invalid: a metric is not in the suite, or has both a score and a reason (`unknown_metric`); or no
            metric has a score (`no_score`).
    """
    job = leases.job_to_finish(session, public_id=public_id, attempt=request.attempt, principal=principal)
    if job.kind is not JobKind.MEASURE:
        raise NotFound("This job does not measure a clip. Upload its clip instead.")
    suite = SuiteName(job.suite)
    _check(suite, request)
    if job.status is not JobStatus.DONE:
        _store(session, job, suite, request, now)
        leases.finish(session, job=job, now=now)
    return job


def _check(suite: SuiteName, request: ScoresRequest) -> None:
    known = {metric.name for metric in SUITES[suite].metrics}
    unknown = sorted((request.values.keys() | request.refused.keys()) - known)
    if unknown:
        raise Invalid(
            f"The suite {suite} has no metric {unknown[0]}. Update the worker or the server, so that both "
            "have the same version.",
            code="unknown_metric",
        )
    both = sorted(request.values.keys() & request.refused.keys())
    if both:
        raise Invalid(f"{both[0]} has both a score and a reason why it has none.", code="unknown_metric")
    if not request.values:
        raise Invalid("No metric has a score. Report the job as failed, with the reason.", code="no_score")


def _store(session: Session, job: Job, suite: SuiteName, request: ScoresRequest, now: datetime) -> None:
    clip_id = session.execute(
        select(Clip.id).where(
            Clip.submission_id == job.submission_id, Clip.pair_id == job.pair_id, Clip.seed == job.seed
        )
    ).scalar_one()
    rows = []
    ids: dict[str, int] = {}
    for metric in sorted(request.values.keys() | request.refused.keys()):
        settings = settings_of_metric(metric, suite, request.settings)
        digest = settings_hash(suite, settings)
        if digest not in ids:
            ids[digest] = _settings_id(session, digest, suite, settings, now)
        rows.append(
            {
                "clip_id": clip_id,
                "metric": metric,
                "settings_id": ids[digest],
                "value": request.values.get(metric),
                "refusal": request.refused.get(metric, ""),
            }
        )
    session.execute(
        delete(MetricScore).where(MetricScore.clip_id == clip_id, MetricScore.settings_id.in_(ids.values()))
    )
    session.execute(insert(MetricScore), rows)


def settings_of_metric(metric: str, suite: SuiteName, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that a metric depends on: all except the settings named after another metric."""
    others = {each.name for each in SUITES[suite].metrics} - {metric}
    return {name: text for name, text in settings.items() if name not in others}


def settings_hash(suite: SuiteName, settings: Mapping[str, str]) -> str:
    """Return the sha256 of a suite and its settings; the order of the settings does not matter."""
    text = json.dumps([suite.value, sorted(settings.items())], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _settings_id(
    session: Session, digest: str, suite: SuiteName, settings: dict[str, str], now: datetime
) -> int:
    """Return the id of the row that stores these settings.

    Add the row if no worker has used the settings before.
    """
    row: dict[str, Any] = {
        "settings_hash": digest,
        "suite": suite,
        "settings": settings,
        "created_at": now,
    }
    find = select(MetricSettings.id).where(MetricSettings.settings_hash == digest)
    found = session.scalar(find)
    if found is None:
        session.execute(_insert_once(session).values(row))
        found = session.execute(find).scalar_one()
    return found


def _insert_once(session: Session) -> Insert:
    """Return an INSERT statement that does nothing if another worker has just added the same settings."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    dialect_insert = sqlite.insert if is_sqlite else postgresql.insert
    once: Insert = dialect_insert(MetricSettings).on_conflict_do_nothing(index_elements=["settings_hash"])
    return once
