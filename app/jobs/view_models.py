"""View models of the jobs page."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.jobs.durations import time_left
from benchmark.plurals import counted
from benchmark.protocol import FailureKind, JobStatus, SubmissionStatus, WorkerState

_KINDS = {
    FailureKind.OUT_OF_MEMORY: "out of memory",
    FailureKind.BAD_INPUT: "bad input",
    FailureKind.CRASH: "crash",
    FailureKind.TIMEOUT: "timeout",
}
_STATUSES = {
    JobStatus.DONE: "made",
    JobStatus.LEASED: "being made",
    JobStatus.QUEUED: "waiting",
    JobStatus.FAILED: "failed",
    JobStatus.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class SubmissionJobs:
    """The jobs of one submission.

    Attributes:
        missing: number of pairs for which the submission has no clip.
        clips_a_minute: number of clips made per minute; 0 if no clip was made recently.
        is_offered: whether a worker that was seen recently offers the model.
        start_command: the command that starts a worker for the model.
    """

    public_id: str
    name: str
    benchmark: str
    status: SubmissionStatus
    counts: Mapping[JobStatus, int]
    missing: int
    clips_a_minute: float
    is_offered: bool
    start_command: str

    @property
    def wanted(self) -> int:
        return sum(self.counts.values()) - self.counts[JobStatus.CANCELLED]

    @property
    def done(self) -> int:
        return self.counts[JobStatus.DONE]

    @property
    def to_come(self) -> int:
        return self.counts[JobStatus.QUEUED] + self.counts[JobStatus.LEASED]

    @property
    def in_words(self) -> str:
        """Return the nonzero job counts by status as text, such as "12 made · 2 being made · 306 waiting"."""
        said = [f"{self.counts[each]:,} {word}" for each, word in _STATUSES.items() if self.counts[each]]
        return " · ".join(said)

    @property
    def speed(self) -> str:
        """Return a text with clips per minute and the remaining time; an empty text if both are unknown."""
        if not self.to_come or not self.clips_a_minute:
            return ""
        left = time_left(self.to_come / self.clips_a_minute * 60)
        return f"{self.clips_a_minute:.1f} clips a minute, {left}"

    @property
    def outcome(self) -> str:
        """Return, as a sentence, the outcome of a submission whose jobs have all ended."""
        if self.to_come:
            return ""
        if self.status is SubmissionStatus.WITHDRAWN:
            return "Withdrawn."
        if self.status is SubmissionStatus.FINAL:
            return (
                f"Final; {counted(self.missing, 'pair')} without a clip."
                if self.missing
                else "Final; no clip is missing."
            )
        if self.counts[JobStatus.FAILED]:
            return f"Still open: {counted(self.missing, 'clip')} missing. Retry the failed jobs."
        if self.missing:
            pairs = counted(self.missing, "pair")
            return f"Still open: {pairs} without a clip. Request the other clips, or finalise the submission."
        return ""

    @property
    def needs_worker(self) -> bool:
        return self.to_come > 0 and not self.is_offered

    @property
    def may_cancel(self) -> bool:
        return self.to_come > 0

    @property
    def may_retry(self) -> bool:
        return self.status is SubmissionStatus.OPEN and self.counts[JobStatus.FAILED] > 0

    @property
    def cancel_url(self) -> str:
        return f"/jobs/submissions/{self.public_id}/cancel"

    @property
    def retry_url(self) -> str:
        return f"/jobs/submissions/{self.public_id}/retry"


@dataclass(frozen=True)
class WorkerLine:
    """One worker in the list of workers.

    `seen` is a text that states when the worker sent its last request. `is_present` is true if the worker
    sent a request within the last lease duration. `reason` is a text that states why the worker is paused or
    retired; it is empty for readers who are not admins.
    """

    id: int
    name: str
    place: str
    model: str
    seen: str
    is_present: bool
    jobs: int
    clips_done: int
    state: WorkerState
    reason: str
    failures_in_a_row: int

    @property
    def health(self) -> str:
        """Return a text with a worker's state, or with the number of failures in a row."""
        if self.state is not WorkerState.WORKING or not self.failures_in_a_row:
            return self.state.value
        return counted(self.failures_in_a_row, "failure") + (
            " in a row" if self.failures_in_a_row > 1 else ""
        )


@dataclass(frozen=True)
class FailureLine:
    """A job with a failed attempt.

    `state` is a text that states whether the job failed permanently or will be retried.
    """

    public_id: str
    submission: str
    pair: str
    kind: FailureKind
    message: str
    log_tail: str
    state: str

    @property
    def kind_in_words(self) -> str:
        return _KINDS[self.kind]

    @property
    def retry_url(self) -> str:
        return f"/jobs/{self.public_id}/retry"


@dataclass(frozen=True)
class JobsPart:
    """The section of the jobs page that the page requests again every few seconds: workers and jobs."""

    submissions: tuple[SubmissionJobs, ...]
    workers: tuple[WorkerLine, ...]
    failures: tuple[FailureLine, ...]
    more_failures: int
    start_command: str

    @property
    def key_command(self) -> str:
        return "ti2v key create --role worker --name NAME"

    @property
    def url(self) -> str:
        return "/jobs/progress"

    @property
    def headline(self) -> str:
        """Return the state of all jobs and workers in one sentence."""
        to_come = sum(each.to_come for each in self.submissions)
        if not self.submissions:
            return "No clips requested yet"
        if not to_come:
            return "No clips are being generated at the moment"
        present = sum(each.is_present and each.state is not WorkerState.RETIRED for each in self.workers)
        workers = {0: "no worker is online", 1: "one worker is online"}.get(
            present, f"{present} workers are online"
        )
        return f"{counted(to_come, 'clip')} to come; {workers}"


@dataclass(frozen=True)
class ModelChoice:
    slug: str
    is_offered: bool

    @property
    def text(self) -> str:
        return self.slug if self.is_offered else f"{self.slug} (no worker offers this model yet)"


@dataclass(frozen=True)
class JobFields:
    """The fields of the form to create jobs, as text."""

    model: str = ""
    benchmark: str = ""
    pairs: str = ""
    seeds: str = "0"
    label: str = ""
    priority: str = "0"


@dataclass(frozen=True)
class CreateJobsForm:
    """The job creation form.

    After an error, the form shows the submitted values and the message `problem`.
    """

    models: tuple[ModelChoice, ...]
    benchmarks: tuple[str, ...]
    fields: JobFields
    problem: str = ""

    @property
    def url(self) -> str:
        return "/jobs#ask"


@dataclass(frozen=True)
class JobsPage:
    form: CreateJobsForm
    now: JobsPart
