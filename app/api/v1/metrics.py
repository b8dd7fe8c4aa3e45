"""REST routes that queue measurements and return scores, and routes for the workers that measure clips."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request, Response

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.capacity import RequestClass
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.errors import NotFound
from app.jobs.leases import LeasePolicy
from app.jobs.queries import job_response, listed_job
from app.jobs.workers import upsert_worker
from app.limited_routes import limited
from app.media.responses import image_response
from app.media.store import content_key
from app.metrics import claims, requests, service
from app.metrics.queries import metric_table, submission_metrics, submission_name
from app.security.path_params import PublicIdPath, SubmissionPath
from app.submissions.names import submission_id
from app.submissions.service import find_submission
from benchmark.exports.metric_files import metric_document, metric_table_bytes
from benchmark.exports.tables import EXTENSIONS, MEDIA_TYPES
from benchmark.metrics.table import MetricTable
from benchmark.protocol import MetricFormat, Role, Scope, SuiteName, TableFormat
from benchmark.wire.jobs import (
    ChangedJobsResponse,
    JobResponse,
    MeasureClaimRequest,
    MeasureClaimResponse,
)
from benchmark.wire.metrics import (
    MeasureRequest,
    MetricTableResponse,
    ScoresRequest,
    SubmissionMetricsResponse,
)

router = api_router("metrics")


@router.post(
    "/submissions/{public_id}/metrics",
    status_code=201,
    responses=errors("404 not_found", "409 ambiguous_name submission_not_final"),
)
def measure(public_id: SubmissionPath, body: MeasureRequest, request: Request) -> ChangedJobsResponse:
    """Queue one job for each clip of your submission; skip clips that the suite has already measured."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        name = submission_id(session, public_id, principal=principal)
        submission = find_submission(session, public_id=name, principal=principal, for_change=True)
        queued = requests.measure(
            session, submission=submission, request=body, principal=principal, now=utc_now()
        )
        return ChangedJobsResponse(jobs=queued)


@router.get("/submissions/{public_id}/metrics", responses=errors("404 not_found", "409 ambiguous_name"))
def get_metrics(public_id: SubmissionPath, request: Request) -> SubmissionMetricsResponse:
    """Return how many clips of a submission were measured with each suite of metrics."""
    context = context_of(request)
    with context.database.read() as session:
        now = utc_now()
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=now)
        name = submission_id(session, public_id, principal=principal)
        submission = find_submission(session, public_id=name, principal=principal)
        alive_since = now - timedelta(seconds=context.settings.job_lease_s)
        return submission_metrics(session, submission, alive_since=alive_since)


@router.get(
    "/submissions/{public_id}/metrics/{suite}.{file_format}",
    response_class=Response,
    responses=errors("404 not_found not_measured", "409 ambiguous_name"),
)
def export_scores(
    public_id: SubmissionPath, suite: SuiteName, file_format: MetricFormat, request: Request
) -> Response:
    """Return the scores of a submission as csv, json, markdown or latex, in the format of `ti2v metrics`."""
    table, name = _table(request, public_id, suite)
    form = TableFormat(file_format.value)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{suite}.{EXTENSIONS[form]}"',
        "Cache-Control": "no-store",
    }
    return Response(
        metric_table_bytes(table, name, file_format), media_type=MEDIA_TYPES[form], headers=headers
    )


@router.get(
    "/submissions/{public_id}/metrics/{suite}",
    responses=errors("404 not_found not_measured", "409 ambiguous_name"),
)
def get_scores(public_id: SubmissionPath, suite: SuiteName, request: Request) -> MetricTableResponse:
    """Return the scores of each clip, the means over pairs, and the standard deviations between seeds."""
    table, name = _table(request, public_id, suite)
    return MetricTableResponse.model_validate(metric_document(table, name))


@router.post("/jobs/measurements/claim")
def claim(body: MeasureClaimRequest, request: Request) -> MeasureClaimResponse:
    """Lease jobs to a worker; each job measures one clip. The list is empty if no job is ready."""
    context = context_of(request)
    # If a power failure loses a lease, the job is leased again, as in `claim` of app/api/v1/jobs.py.
    with context.database.write(durable=False) as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        now = utc_now()
        claimed = claims.claim_measurements(
            session,
            worker=upsert_worker(session, claim=body, principal=principal, now=now),
            suites=dict.fromkeys(body.suites),
            count=body.count,
            policy=LeasePolicy.of(context.settings),
            now=now,
        )
    return MeasureClaimResponse(jobs=claimed)


@router.get(
    "/jobs/{public_id}/clip",
    response_class=Response,
    responses=errors("404 not_found", "409 stale_attempt cancelled"),
)
@limited(RequestClass.MEDIA)
def get_clip(
    public_id: PublicIdPath, request: Request, attempt: Annotated[int, Query(ge=1, lt=10**9)]
) -> Response:
    """Return the clip to measure. Only the worker that holds the job may read the clip."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        clip = claims.clip_of_job(session, public_id=public_id, attempt=attempt, principal=principal)
    return image_response(
        context.store,
        content_key("clips", clip.sha256),
        "video/mp4",
        cache_control="no-store",
        capacity=context.capacities.of(RequestClass.MEDIA),
    )


@router.put(
    "/jobs/{public_id}/scores",
    responses=errors("404 not_found", "409 stale_attempt cancelled", "422 unknown_metric no_score"),
)
def put_scores(public_id: PublicIdPath, body: ScoresRequest, request: Request) -> JobResponse:
    """Store the scores of a job's clip and finish the job. Sending the scores again changes nothing."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        job = service.finish_measurement(
            session, public_id=public_id, request=body, principal=principal, now=utc_now()
        )
        return job_response(listed_job(session, job))


def _table(request: Request, public_id: str, suite: SuiteName) -> tuple[MetricTable, str]:
    """Return the scores and the name of a submission that the person may see."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        found = submission_id(session, public_id, principal=principal)
        submission = find_submission(session, public_id=found, principal=principal)
        table = metric_table(session, submission, suite)
        if table is None:
            raise NotFound(
                f"No clip of this submission was measured with the suite {suite}. The owner starts this with "
                f"POST /api/v1/submissions/{submission.public_id}/metrics.",
                code="not_measured",
            )
        return table, submission_name(session, submission)
