"""Makes the clips of one claim with the model at hand, and says of every job without a clip why."""

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmark.client.errors import NotAllowed, Refused
from benchmark.client.job_api import LeaseApi
from benchmark.protocol import FailureKind
from benchmark.wire.jobs import ClaimedJob
from models.generators.base import CannotRun, ClipRequest, Crashed, GeneratorError, OutOfMemory
from models.generators.batch import MAX_CONSECUTIVE_FAILURES
from models.worker.errors import GivingUp, NothingToOffer
from models.worker.image_cache import ImageCache
from models.worker.lease_renewal import Leases
from models.worker.model_host import HostLost, ModelHost, is_out_of_memory
from models.worker.uploader import Uploader, report_failure

_MOST_LOG = 8000


@dataclass(frozen=True)
class _Task:
    job: ClaimedJob
    request: ClipRequest


class BatchRunner:
    """Makes clips; at the end of `make` each job is on its way, failed, or given back.

    Attributes:
        batches: the models still offered, and how many clips of each go through at once.
    """

    def __init__(
        self,
        server: LeaseApi,
        host: ModelHost,
        images: ImageCache,
        batches: Mapping[str, int],
        *,
        leases: Leases,
        uploader: Uploader,
        stopping: threading.Event,
        say: Callable[[str], None],
    ) -> None:
        self._server, self._host, self._images = server, host, images
        self._leases, self._delivery = leases, uploader
        self._stopping, self._say = stopping, say
        self.batches = dict(batches)
        self._halved: set[str] = set()
        self._failures_in_a_row = 0

    def make(self, jobs: Sequence[ClaimedJob]) -> None:
        """Make the clips of jobs that were just claimed, all of one model.

        Raises:
            WorkerError: the worker cannot go on; what is left is still held.
        """
        model = jobs[0].model
        self._leases.take(jobs)
        try:
            self._hold(model)
            self._make_all(self._tasks(jobs), model)
        except CannotRun as error:
            self._give_back(jobs)
            self._withdraw(model, error)
        except GeneratorError as error:
            self._fail(jobs, error)
        except HostLost as lost:
            self._say(str(lost))
        self._give_back(jobs)

    def _hold(self, model: str) -> None:
        if self._host.holding == model:
            return
        self._say(f"Loading {model}.")
        try:
            self._host.hold(model)
        except (GeneratorError, HostLost):
            raise
        except Exception as error:  # a model's code may raise anything; the worker outlives it
            raise _as_generator_error(error) from error

    def _tasks(self, jobs: Sequence[ClaimedJob]) -> list[_Task]:
        """Fetch the images; a job whose image cannot be had fails."""
        tasks = []
        for job in jobs:
            try:
                image = self._images.path(job.image_sha256, partial(self._server.image, job))
            except NotAllowed:
                raise
            except Refused as refusal:
                self._fail([job], Crashed(f"The image cannot be had. {refusal}"))
            else:
                tasks.append(_Task(job, ClipRequest(job.pair_id, image, job.prompt, job.seed)))
        return tasks

    def _make_all(self, tasks: list[_Task], model: str) -> None:
        """Make batch after batch, until the worker shall stop."""
        while tasks and not self._stopping.is_set():
            # A lease may have been lost meanwhile; its clip would be made for nothing.
            tasks = [task for task in tasks if self._leases.holds(task.job)]
            tasks = self._make_some(tasks, model)

    def _make_some(self, tasks: list[_Task], model: str) -> list[_Task]:
        """Make one batch; return what is left to be tried."""
        taken = tasks[: self.batches[model]]
        done, error = self._attempt(taken)
        rest = tasks[done:]
        if done:
            self._failures_in_a_row = 0
        if error is None:
            return rest
        if isinstance(error, CannotRun):
            raise error
        failed = rest[:1]
        if isinstance(error, OutOfMemory):
            if self._halve(model, len(taken)):
                return rest
            failed = rest[: len(taken) - done]
        self._fail([task.job for task in failed], error)
        return rest[len(failed) :]

    def _attempt(self, taken: Sequence[_Task]) -> tuple[int, GeneratorError | None]:
        """Return how many of the jobs, from the first on, have their clip, and what stopped the rest."""
        done = 0
        try:
            clips = self._host.generate([task.request for task in taken])
            for task, clip in zip(taken, clips, strict=True):
                self._delivery.put(task.job, clip)
                done += 1
        except HostLost:
            raise
        except Exception as error:  # noqa: BLE001 - as in _hold
            return done, _as_generator_error(error)
        return done, None

    def _halve(self, model: str, tried: int) -> bool:
        """Halve the batch of a model, once; return whether that was still to be done."""
        if tried < 2 or model in self._halved:
            return False
        self._halved.add(model)
        self.batches[model] = tried // 2
        self._say(f"{model}: {tried} clips at once do not fit into memory; from now on {tried // 2}.")
        return True

    def _fail(self, jobs: Sequence[ClaimedJob], error: GeneratorError) -> None:
        message = str(error)
        if isinstance(error, OutOfMemory):
            message = f"Memory is too small for {_clips(len(jobs))} at once on this device. {message}"
        for job in jobs:
            self._leases.drop(job)
            becomes = report_failure(self._server, job, error.kind, message, error.log_tail)
            self._say(f"{job.pair_id}: {message} The job is {becomes or 'not ours any more'}.")
        if error.kind is not FailureKind.BAD_INPUT:
            self._failures_in_a_row += 1
        if self._failures_in_a_row >= MAX_CONSECUTIVE_FAILURES:
            raise GivingUp(
                f"{MAX_CONSECUTIVE_FAILURES} failures in a row; the rest is left to other workers. "
                f"Last: {message}"
            )

    def _give_back(self, jobs: Sequence[ClaimedJob]) -> None:
        """Release what was not tried; clips on their way to the server stay ours."""
        for job in jobs:
            if not self._delivery.has(job):
                self._leases.release(job)

    def _withdraw(self, model: str, error: CannotRun) -> None:
        """Offer a model no longer that cannot run here; its jobs wait for a worker that can."""
        del self.batches[model]
        self._say(f"{model} cannot run here and is no longer offered. {error}")
        if not self.batches:
            raise NothingToOffer(f"No model is left that can run here. {error}")


def _clips(count: int) -> str:
    return "one clip" if count == 1 else f"{count} clips"


def _as_generator_error(error: Exception) -> GeneratorError:
    if isinstance(error, GeneratorError):
        return error
    tail = "".join(traceback.format_exception(error))[-_MOST_LOG:]
    if is_out_of_memory(error):
        return OutOfMemory("", log_tail=tail)
    return Crashed(f"{type(error).__name__}: {error}", log_tail=tail)
