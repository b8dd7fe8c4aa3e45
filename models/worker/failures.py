"""Counts a worker's failures, and decides whether the job or the lane (worker loop) is the cause.

A single worker reports each failure immediately. A lane of a fleet first holds a failed job:

- If the lane then generates another clip, the job is the cause. The lane reports the failure.
- If the lane fails several times in a row, and another lane has generated clips of the same model, the lane
  is the cause, for example because of a faulty GPU or a missing file. The lane stops, and the jobs are
  released for the other lanes. A release does not count as a failed attempt.
- If no other lane generates clips of the model, the model or the jobs are the cause. The lane reports the
  failures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.client.job_api import LeaseApi
from benchmark.protocol import FailureKind
from benchmark.wire.jobs import ClaimedJob
from models.generators.base import Crashed, GeneratorError, OutOfMemory
from models.generators.batch import MAX_CONSECUTIVE_FAILURES
from models.worker.errors import LaneFailed, TooManyFailures
from models.worker.lane_table import Lane
from models.worker.lease_renewal import LeaseRenewer
from models.worker.uploader import report_failure

# A job is reported as failed when this number of model hosts have died while they held the job.
_MOST_LOST_HOSTS = 2


@dataclass(frozen=True)
class _Failure:
    jobs: tuple[ClaimedJob, ...]
    error: GeneratorError

    @property
    def message(self) -> str:
        if not isinstance(self.error, OutOfMemory):
            return str(self.error)
        clips = "one clip" if len(self.jobs) == 1 else f"{len(self.jobs)} clips"
        return f"A batch of {clips} does not fit into the memory of this device. {self.error}"


class Failures:
    """Records the failures of one worker loop.

    Args:
        server: the server's lease API.
        leases: leases of the worker. A held job has failed, but its failure is not reported yet; its lease is
            renewed.
        log: function that is called with a sentence for every reported failure.
        lane: the lane (worker loop) whose failures are recorded; None if the worker has no other lanes.
    """

    def __init__(
        self, server: LeaseApi, leases: LeaseRenewer, log: Callable[[str], None], lane: Lane | None
    ) -> None:
        self._server, self._leases, self._log = server, leases, log
        self._lane = lane
        self._held: list[_Failure] = []
        self._in_a_row = 0

    def holds(self, job: ClaimedJob) -> bool:
        """Return whether the job failed and the failure is not yet reported."""
        return any(job in failure.jobs for failure in self._held)

    def resume(self) -> None:
        """Record that the worker has claimed jobs."""
        if self._lane is not None:
            self._lane.resume()

    def note_starting(self) -> None:
        """Record that the worker's host has not started yet."""
        if self._lane is not None:
            self._lane.note_starting()

    def note_clip(self, model: str) -> None:
        """Record that the worker generated a clip.

        Report the held jobs as failed, because the lane itself works.
        """
        self._in_a_row = 0
        if self._lane is not None:
            self._lane.note_clip(model)
        self._report_held()

    def add(self, jobs: Sequence[ClaimedJob], error: GeneratorError) -> None:
        """Record that jobs failed together.

        Raises:
            LaneFailed: the lane caused the failures; the worker still holds the jobs that failed last.
            TooManyFailures: the worker failed several times in a row.
        """
        failure = _Failure(tuple(jobs), error)
        if error.kind is FailureKind.BAD_INPUT:
            self._report(failure)
            return
        self._in_a_row += 1
        if self._lane is None:
            self._report(failure)
        else:
            self._log(f"{jobs[0].pair_id}: {failure.message} The lane tries another job.")
            self._held.append(failure)
        limit = MAX_CONSECUTIVE_FAILURES if self._lane is None else self._lane.failure_limit
        if self._in_a_row >= limit:
            self._settle(is_lane_suspect=True)
            raise TooManyFailures(
                f"{_failures(self._in_a_row)} in a row; the remaining jobs are released for other workers. "
                f"Last failure: {failure.message}"
            )

    def add_loss(self, jobs: Sequence[ClaimedJob], message: str) -> None:
        """Record that the model host (the process with the model) died while it held these jobs.

        A job fails if two model hosts died while they held the job.
        """
        if self._lane is None:
            return
        for job in jobs:
            if self._lane.note_loss(job) >= _MOST_LOST_HOSTS:
                self._report(_Failure((job,), Crashed(message)))

    def settle(self) -> None:
        """Decide whether the held jobs fail or are released, now that the worker has no other job to try.

        Raises:
            LaneFailed: see `add`.
        """
        self._settle(is_lane_suspect=self._lane is not None and not self._lane.clips)
        if self._lane is not None:
            self._lane.rest()

    def _settle(self, *, is_lane_suspect: bool) -> None:
        if self._lane is None or not self._held:
            return
        last = self._held[-1]
        if is_lane_suspect and self._lane.others_generate(last.jobs[0].model):
            raise LaneFailed(
                f"{_failures(self._in_a_row)} in a row, while other lanes generate clips of "
                f"{last.jobs[0].model}; the jobs are released. Last failure: {last.message}"
            )
        self._report_held()

    def _report_held(self) -> None:
        for failure in self._held:
            self._report(failure)
        self._held.clear()

    def _report(self, failure: _Failure) -> None:
        for job in failure.jobs:
            self._leases.remove(job)
            error = failure.error
            status = report_failure(self._server, job, error.kind, failure.message, error.log_tail)
            self._log(f"{job.pair_id}: {failure.message} The job is {status or 'held by another worker'}.")


def _failures(count: int) -> str:
    return "One failure" if count == 1 else f"{count} failures"
