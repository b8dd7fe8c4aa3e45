"""Sends REST requests for jobs: `JobApi` is for researchers, `LeaseApi` for workers."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import quote

from benchmark.client.errors import LeaseLost, Refused
from benchmark.client.page_iterator import all_pages
from benchmark.client.submission_api import clip_path
from benchmark.client.transport import Transport
from benchmark.protocol import FailureKind, JobStatus, SuiteName
from benchmark.wire.common import RenewResponse
from benchmark.wire.jobs import (
    AttemptRequest,
    ChangedJobsResponse,
    ClaimedJob,
    ClaimedMeasurement,
    ClaimRequest,
    ClaimResponse,
    CreateJobsRequest,
    CreateJobsResponse,
    FailRequest,
    FailResponse,
    JobResponse,
    JobsResponse,
    LeasedJob,
    MeasureClaimRequest,
    MeasureClaimResponse,
    SubmissionJobsRequest,
    WorkerStateRequest,
    WorkerStateResponse,
)
from benchmark.wire.metrics import ScoresRequest
from benchmark.wire.submissions import MAX_PROVENANCE_BYTES, ClipResponse

# `release` and `fail` are optional: without these requests, the lease expires a little later.
_OPTIONAL_RETRIES = 7
_LEASE_LOST = {"stale_attempt", "cancelled", "submission_not_open", "clip_exists"}


class JobApi:
    """The methods of `client.jobs`, for researchers who request clips."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, request: CreateJobsRequest) -> CreateJobsResponse:
        """Queue a job for each missing clip. If the request is repeated, the server adds no jobs."""
        return self._transport.post("/jobs", CreateJobsResponse, request)

    def pages(
        self, *, submission: str | None = None, model: str | None = None, status: JobStatus | None = None
    ) -> Iterator[JobsResponse]:
        """Return the pages of jobs. Each page also contains the number of jobs with each status."""
        query = {"submission": submission, "model": model, "status": status}
        return all_pages(self._transport, "/jobs", JobsResponse, query)

    def cancel(self, job_id: str) -> JobResponse:
        """Cancel a job. A worker that holds the job gets an error at the next renewal of the lease."""
        return self._transport.post(f"{_path(job_id)}/cancel", JobResponse)

    def retry(self, job_id: str) -> JobResponse:
        """Queue a failed or cancelled job again as if it were new."""
        return self._transport.post(f"{_path(job_id)}/retry", JobResponse)

    def cancel_all(self, submission_id: str, *, suite: SuiteName | None = None) -> int:
        """Cancel all queued and leased jobs of a submission; return the number of cancelled jobs.

        If `suite` is set, the jobs that measure clips are cancelled; otherwise, the jobs that generate clips
        are cancelled.
        """
        request = SubmissionJobsRequest(submission=submission_id, suite=suite)
        return self._transport.post("/jobs/cancel", ChangedJobsResponse, request).jobs

    def retry_all(self, submission_id: str, *, suite: SuiteName | None = None) -> int:
        """Queue all failed jobs of a submission again; return the number of these jobs.

        If `suite` is set, the jobs that measure clips are queued; otherwise, the jobs that generate clips are
        queued.
        """
        request = SubmissionJobsRequest(submission=submission_id, suite=suite)
        return self._transport.post("/jobs/retry", ChangedJobsResponse, request).jobs


class LeaseApi:
    """The methods of `client.leases`, for workers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def claim(self, request: ClaimRequest) -> Sequence[ClaimedJob]:
        """Lease and return up to `request.count` jobs; all returned jobs are for the same model.

        The list may be empty.
        """
        return self._transport.post("/jobs/claim", ClaimResponse, request).jobs

    def report_state(self, request: WorkerStateRequest) -> WorkerStateResponse:
        """Report that this worker is paused or retired, and why."""
        return self._transport.post(
            "/jobs/workers", WorkerStateResponse, request, max_retries=_OPTIONAL_RETRIES
        )

    def claim_measurements(self, request: MeasureClaimRequest) -> Sequence[ClaimedMeasurement]:
        """Lease and return up to `request.count` jobs that measure a clip; all jobs use the same suite.

        The list may be empty.
        """
        return self._transport.post("/jobs/measurements/claim", MeasureClaimResponse, request).jobs

    def image(self, job: LeasedJob) -> bytes:
        """Return the bytes of a job's input image.

        Raises:
            Refused: the image's digest differs from the digest in the job.
        """
        return _checked(self._transport.download(job.image_url), job.image_sha256, "image")

    def clip(self, job: ClaimedMeasurement) -> bytes:
        """Return the bytes of the clip that the job measures.

        Raises:
            LeaseLost: the worker no longer holds the job.
            Refused: the clip's digest differs from the digest in the job.
        """
        with _lease_lost():
            return _checked(self._transport.download(job.clip_url), job.clip_sha256, "clip")

    def renew(self, job: LeasedJob) -> RenewResponse:
        """Extend the lease. A failed renewal is not retried, because the worker soon sends the next renewal.

        Raises:
            LeaseLost: the worker no longer holds the job.
        """
        with _lease_lost():
            request = AttemptRequest(attempt=job.attempt)
            return self._transport.post(f"{_path(job.id)}/renew", RenewResponse, request, max_retries=0)

    def release(self, job: LeasedJob) -> JobResponse:
        """Release a job, so that the server queues it again. A release does not count as a failed attempt."""
        with _lease_lost():
            request = AttemptRequest(attempt=job.attempt)
            path = f"{_path(job.id)}/release"
            return self._transport.post(path, JobResponse, request, max_retries=_OPTIONAL_RETRIES)

    def fail(self, job: LeasedJob, kind: FailureKind, message: str, log_tail: str = "") -> FailResponse:
        """Report why an attempt failed.

        After a reported failure, the server queues the job again or marks the job as failed.
        """
        with _lease_lost():
            request = FailRequest(attempt=job.attempt, kind=kind, message=message, log_tail=log_tail)
            path = f"{_path(job.id)}/fail"
            return self._transport.post(path, FailResponse, request, max_retries=_OPTIONAL_RETRIES)

    def upload_clip(self, job: ClaimedJob, mp4: bytes, provenance: Mapping[str, object]) -> ClipResponse:
        """Upload the clip and finish the job.

        Raises:
            LeaseLost: another worker holds the job, or the job's clip already exists.
            Refused: the server refuses the clip; the message contains the reason.
        """
        headers = {
            "Ti2v-Job": job.id,
            "Ti2v-Attempt": str(job.attempt),
            "Ti2v-Provenance": encoded_provenance(provenance),
        }
        with _lease_lost():
            return self._transport.upload(clip_path(job.submission, job.pair_id), ClipResponse, mp4, headers)

    def upload_scores(self, job: ClaimedMeasurement, scores: ScoresRequest) -> JobResponse:
        """Upload the scores of a clip and finish the job.

        Raises:
            LeaseLost: the worker no longer holds the job.
            Refused: the server refuses the scores; the message contains the reason.
        """
        with _lease_lost():
            return self._transport.put(f"{_path(job.id)}/scores", JobResponse, scores)


def _checked(content: bytes, sha256: str, noun: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused(
            HTTPStatus.OK,
            "wrong_digest",
            f"The sha256 of the downloaded {noun} differs from the job's sha256.",
        )
    return content


def encoded_provenance(provenance: Mapping[str, object]) -> str:
    """Return base64-encoded JSON of the provenance.

    If the JSON is longer than the server accepts, omit the libraries; if the JSON is still too long, omit the
    settings.
    """
    kept = dict(provenance)
    for dropped in ("", "libraries", "settings"):
        kept.pop(dropped, None)
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
        if len(text) <= MAX_PROVENANCE_BYTES:
            break
    return base64.b64encode(text).decode()


@contextmanager
def _lease_lost() -> Iterator[None]:
    """Convert a refusal to LeaseLost, if the refusal's code means that the worker lost the lease."""
    try:
        yield
    except Refused as error:
        if error.status == HTTPStatus.CONFLICT and error.code in _LEASE_LOST:
            raise LeaseLost(error.status, error.code, str(error), error.problems) from error
        raise


def _path(job_id: str) -> str:
    return f"/jobs/{quote(job_id, safe='')}"
