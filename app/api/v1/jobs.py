"""REST routes of jobs. Researchers create, list, cancel and retry jobs; workers process jobs.

A worker finishes a job by uploading the generated clip: PUT /submissions/{id}/clips/{pair_id} with the
headers that upload_headers.py reads.
"""

from typing import Annotated

from fastapi import Query, Request, Response

from app.api.v1.benchmarks import image_cache_control
from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery, SlugQuery
from app.capacity import RequestClass
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.jobs import claims, leases, service
from app.jobs.queries import JOBS, JobFilter, job_response, jobs_page, listed_job
from app.jobs.requests import create_jobs as queue_jobs
from app.jobs.workers import store_state, upsert_worker
from app.limited_routes import limited
from app.media.responses import image_response
from app.security.path_params import PublicIdPath
from app.submissions.names import submission_id
from benchmark.protocol import JobKind, JobStatus, Role, Scope
from benchmark.wire.common import SUBMISSION_NAME, RenewResponse
from benchmark.wire.jobs import (
    AttemptRequest,
    ChangedJobsResponse,
    ClaimRequest,
    ClaimResponse,
    CreateJobsRequest,
    CreateJobsResponse,
    FailRequest,
    FailResponse,
    JobResponse,
    JobsResponse,
    SubmissionJobsRequest,
    WorkerStateRequest,
    WorkerStateResponse,
)

router = api_router("jobs")


@router.post(
    "/jobs",
    status_code=201,
    responses=errors(
        "404 unknown_benchmark",
        "409 submission_exists submission_not_open conflict",
        "422 unknown_model unknown_pair",
    ),
)
def create_jobs(body: CreateJobsRequest, request: Request) -> CreateJobsResponse:
    """Queue a job for each missing clip. Repeating the request adds nothing."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        now = utc_now()
        return queue_jobs(session, request=body, principal=principal, now=now)


@router.get("/jobs", responses=errors("404 not_found", "409 ambiguous_name", "422 invalid_cursor"))
def list_jobs(
    request: Request,
    listing: ListQuery,
    submission: Annotated[str | None, Query(pattern=SUBMISSION_NAME)] = None,
    model: SlugQuery = None,
    status: JobStatus | None = None,
    kind: JobKind | None = None,
) -> JobsResponse:
    """Return the jobs of your own submissions, in the order of their creation; an admin gets all jobs."""
    page = listing.page_of(JOBS)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        if submission is not None:
            submission = submission_id(session, submission, principal=principal)
        return jobs_page(session, principal, JobFilter(submission, model, status, kind), page)


@router.post("/jobs/cancel", responses=errors("404 not_found", "409 ambiguous_name"))
def cancel_jobs(body: SubmissionJobsRequest, request: Request) -> ChangedJobsResponse:
    """Cancel the queued and leased jobs of a submission.

    With `suite`, cancel the jobs that measure clips with this suite of metrics. Without `suite`, cancel the
    jobs that generate clips.
    """
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        name = submission_id(session, body.submission, principal=principal)
        submission = service.find_submission(session, public_id=name, principal=principal)
        now = utc_now()
        return ChangedJobsResponse(
            jobs=service.cancel_jobs(
                session, submission=submission, suite=body.suite, principal=principal, now=now
            )
        )


@router.post(
    "/jobs/retry",
    responses=errors("404 not_found", "409 ambiguous_name submission_not_open submission_not_final"),
)
def retry_jobs(body: SubmissionJobsRequest, request: Request) -> ChangedJobsResponse:
    """Queue the failed jobs of a submission again; jobs that wait after a failure become ready immediately.

    With `suite`, queue the jobs that measure clips with this suite of metrics. Without `suite`, queue the
    jobs that generate clips.
    """
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        name = submission_id(session, body.submission, principal=principal)
        submission = service.find_submission(session, public_id=name, principal=principal)
        now = utc_now()
        return ChangedJobsResponse(
            jobs=service.retry_jobs(
                session, submission=submission, suite=body.suite, principal=principal, now=now
            )
        )


@router.post("/jobs/claim")
def claim(body: ClaimRequest, request: Request) -> ClaimResponse:
    """Lease jobs of one model to a worker; the list is empty if no job is ready.

    The server prefers jobs of the model that the worker has already loaded.
    """
    context = context_of(request)
    policy = leases.LeasePolicy.of(context.settings)
    # The write need not be durable: if a power failure loses a lease, the job is leased again.
    with context.database.write(durable=False) as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        now = utc_now()
        worker = upsert_worker(session, claim=body, principal=principal, now=now)
        claimed = claims.claim(session, worker=worker, count=body.count, policy=policy, now=now)
    return ClaimResponse(jobs=claimed)


@router.post("/jobs/workers")
def report_worker_state(body: WorkerStateRequest, request: Request) -> WorkerStateResponse:
    """Store the state of a worker (such as paused or retired), and the reason.

    The jobs page and `/metrics` show this state.
    """
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        worker = store_state(session, report=body, principal=principal, now=utc_now())
        return WorkerStateResponse(
            name=worker.name,
            state=worker.state,
            clips_done=worker.clips_done,
            failures=worker.failures,
            failures_in_a_row=worker.failures_in_a_row,
        )


@router.get("/jobs/{public_id}/image", response_class=Response, responses=errors("404 not_found"))
@limited(RequestClass.MEDIA)
def get_image(public_id: PublicIdPath, request: Request) -> Response:
    """Return the image that the job animates, as stored in the submission's version of the benchmark.

    Only the worker of the job may read the image.
    """
    context = context_of(request)
    with context.database.read() as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        pair, benchmark = claims.image_of_job(session, public_id=public_id, principal=principal)
    return image_response(
        context.store,
        pair.image_key,
        pair.image_type,
        cache_control=image_cache_control(benchmark),
        capacity=context.capacities.of(RequestClass.MEDIA),
    )


@router.post("/jobs/{public_id}/renew", responses=errors("404 not_found", "409 stale_attempt cancelled"))
def renew(public_id: PublicIdPath, body: AttemptRequest, request: Request) -> RenewResponse:
    """Extend a lease; 409 `cancelled` or `stale_attempt` means that the clip is no longer needed."""
    context = context_of(request)
    with context.database.write(durable=False) as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        job = leases.held_job(session, public_id=public_id, attempt=body.attempt, principal=principal)
        now = utc_now()
        policy = leases.LeasePolicy.of(context.settings)
        return RenewResponse(expires_at=leases.renew(session, job=job, policy=policy, now=now))


@router.post("/jobs/{public_id}/release", responses=errors("404 not_found", "409 stale_attempt cancelled"))
def release(public_id: PublicIdPath, body: AttemptRequest, request: Request) -> JobResponse:
    """Release a job. A release does not count as a failed attempt."""
    with context_of(request).database.write(durable=False) as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        job = leases.held_job(session, public_id=public_id, attempt=body.attempt, principal=principal)
        now = utc_now()
        leases.release(session, job=job, now=now)
        return job_response(listed_job(session, job))


@router.post("/jobs/{public_id}/fail", responses=errors("404 not_found", "409 stale_attempt cancelled"))
def fail(public_id: PublicIdPath, body: FailRequest, request: Request) -> FailResponse:
    """Record why an attempt failed. The job is queued again or fails permanently."""
    context = context_of(request)
    failure = leases.Failure(body.kind, body.message, body.log_tail)
    with context.database.write() as session:
        principal = require_person(session, request, Role.WORKER, scope=Scope.WORK, now=utc_now())
        job = leases.held_job(session, public_id=public_id, attempt=body.attempt, principal=principal)
        now = utc_now()
        policy = leases.LeasePolicy.of(context.settings)
        leases.fail(session, job=job, failure=failure, policy=policy, now=now)
        return FailResponse(
            status=job.status, retry_at=job.ready_at if job.status is JobStatus.QUEUED else None
        )


@router.post("/jobs/{public_id}/cancel", responses=errors("404 not_found", "409 job_done"))
def cancel(public_id: PublicIdPath, request: Request) -> JobResponse:
    """Cancel a job; a worker that holds the job gets an error at the next renewal of the lease."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        job = service.find_job(session, public_id=public_id, principal=principal)
        now = utc_now()
        service.cancel_job(session, job=job, principal=principal, now=now)
        return job_response(listed_job(session, job))


@router.post(
    "/jobs/{public_id}/retry",
    responses=errors("404 not_found", "409 job_done submission_not_open submission_not_final"),
)
def retry(public_id: PublicIdPath, request: Request) -> JobResponse:
    """Queue a failed or cancelled job again, like a new job."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        job = service.find_job(session, public_id=public_id, principal=principal)
        now = utc_now()
        service.retry_job(session, job=job, principal=principal, now=now)
        return job_response(listed_job(session, job))
