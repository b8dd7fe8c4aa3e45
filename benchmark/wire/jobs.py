"""Wire types to create and list jobs, and for the lease protocol between server and worker.

wire/metrics.py has the types of the jobs that measure clips.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator

from benchmark.protocol import FailureKind, JobKind, JobStatus, SuiteName, WorkerState
from benchmark.wire.common import (
    Label,
    OneLine,
    PageResponse,
    PairId,
    RequestModel,
    ResponseModel,
    Seed,
    Slug,
    SubmissionName,
)
from benchmark.wire.text import log_tail, one_line

MAX_MODELS = 100
MAX_JOBS_PER_CLAIM = 32
MAX_PAIRS, MAX_SEEDS = 5000, 16
MAX_PRIORITY = 1000

Attempt = Annotated[int, Field(ge=1, lt=10**9)]


def _each_once(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(seeds)) < len(seeds):
        raise ValueError("name each value at most once")
    return seeds


def _as_one_line(text: object) -> object:
    return one_line(text) if isinstance(text, str) else text


def _as_log(text: object) -> object:
    return log_tail(text) if isinstance(text, str) else text


class CreateJobsRequest(RequestModel):
    """A request for clips to generate.

    If `pairs` is null, clips of all pairs are generated. The clips of all seeds are in one submission.
    """

    model: Slug
    benchmark: Slug
    pairs: Annotated[list[PairId], Field(min_length=1, max_length=MAX_PAIRS)] | None = None
    seeds: Annotated[
        tuple[Seed, ...], Field(min_length=1, max_length=MAX_SEEDS), AfterValidator(_each_once)
    ] = (0,)
    label: Label = ""
    priority: Annotated[int, Field(ge=-MAX_PRIORITY, le=MAX_PRIORITY)] = 0


class CreatedJobs(ResponseModel):
    id: str
    seed: int
    jobs: int


class CreateJobsResponse(ResponseModel):
    """The number of jobs that a request queued (`jobs`), in total and per seed.

    A repeated request queues no jobs.
    """

    submissions: list[CreatedJobs]
    jobs: int


class FailureInfo(ResponseModel):
    kind: FailureKind
    message: str
    log_tail: str


class JobResponse(ResponseModel):
    """A job. `suite` is null for a job that generates a clip."""

    id: str
    kind: JobKind
    suite: SuiteName | None
    submission: str
    model: str
    pair_id: str
    seed: int
    priority: int
    status: JobStatus
    attempt: int
    failures: int
    worker: str | None
    created_at: datetime
    retry_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    failure: FailureInfo | None


class JobsResponse(PageResponse):
    counts: dict[JobStatus, int]
    jobs: list[JobResponse]


class SubmissionJobsRequest(RequestModel):
    """Selects the jobs that measure clips with `suite`; if `suite` is null, the jobs that generate clips."""

    submission: SubmissionName
    suite: SuiteName | None = None


class ChangedJobsResponse(ResponseModel):
    jobs: int


class WorkerInfo(RequestModel):
    """A worker's description of itself."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), OneLine]
    device: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), OneLine]
    gpu: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), OneLine] | None
    ) = None


class WorkerStateRequest(RequestModel):
    """A worker's report that the worker is paused or retired.

    When the worker claims jobs again, its state becomes `working`.
    """

    worker: WorkerInfo
    state: WorkerState
    reason: Annotated[str, BeforeValidator(_as_one_line)] = ""


class WorkerStateResponse(ResponseModel):
    """The stored state of a worker.

    `failures` counts the worker's failed attempts; `failures_in_a_row` counts the failed attempts since the
    worker's last clip.
    """

    name: str
    state: WorkerState
    clips_done: int
    failures: int
    failures_in_a_row: int


class ClaimRequest(RequestModel):
    """A request for up to `count` jobs. All returned jobs have the same model, one of `models`.

    `holding` is the model that the worker has loaded.
    """

    worker: WorkerInfo
    models: Annotated[list[Slug], Field(min_length=1, max_length=MAX_MODELS)]
    holding: Slug | None = None
    count: Annotated[int, Field(ge=1, le=MAX_JOBS_PER_CLAIM)] = 1

    @field_validator("models")
    @classmethod
    def _without_repeats(cls, models: list[str]) -> list[str]:
        return list(dict.fromkeys(models))


class MeasureClaimRequest(RequestModel):
    """A request for up to `count` clips to measure.

    The server chooses one of `suites` for all these clips.
    """

    worker: WorkerInfo
    suites: Annotated[list[SuiteName], Field(min_length=1, max_length=len(SuiteName))]
    count: Annotated[int, Field(ge=1, le=MAX_JOBS_PER_CLAIM)] = 1


class LeasedJob(ResponseModel):
    """A leased job for one clip.

    The lease expires if the worker does not renew the lease for `lease_s` seconds.
    """

    id: str
    attempt: int
    submission: str
    pair_id: str
    prompt: str
    image_url: str
    image_sha256: str
    seed: int
    lease_s: int
    expires_at: datetime


class ClaimedJob(LeasedJob):
    """A leased job that generates a clip."""

    model: str


class ClaimedMeasurement(LeasedJob):
    """A leased job that measures a clip.

    `dimensions` lists the dimensions of VBench in which the pair is scored; an empty list means all
    dimensions.
    """

    suite: SuiteName
    scenario: str
    dimensions: list[str]
    clip_url: str
    clip_sha256: str


class ClaimResponse(ResponseModel):
    jobs: list[ClaimedJob]


class MeasureClaimResponse(ResponseModel):
    jobs: list[ClaimedMeasurement]


class AttemptRequest(RequestModel):
    attempt: Attempt


class FailRequest(RequestModel):
    attempt: Attempt
    kind: FailureKind
    message: Annotated[str, BeforeValidator(_as_one_line)]
    log_tail: Annotated[str, BeforeValidator(_as_log)] = ""


class FailResponse(ResponseModel):
    status: JobStatus
    retry_at: datetime | None
