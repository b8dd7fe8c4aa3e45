"""Generates the clips of the claimed jobs in batches, and reports every job that fails."""

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmark.client.errors import NotAllowed, Refused
from benchmark.client.job_api import LeaseApi
from benchmark.wire.jobs import ClaimedJob
from models.generators.base import CannotRun, ClipRequest, Crashed, GeneratorError, OutOfMemory
from models.worker.errors import HostLost, NoModelAvailable
from models.worker.failures import Failures
from models.worker.image_cache import ImageCache
from models.worker.lease_renewal import LeaseRenewer
from models.worker.memory_errors import is_out_of_memory
from models.worker.model_host import ModelHost
from models.worker.uploader import Uploader

_MAX_LOG_CHARACTERS = 8000


@dataclass(frozen=True)
class _Task:
    job: ClaimedJob
    request: ClipRequest


class BatchRunner:
    """Generates the clips of claimed jobs.

    When `run` returns, every job is in one of these states: the job has failed, was released, has a clip in
    the upload queue, or is held by `failures`.

    Args:
        server: the server's lease API.
        host: loads and runs the model.
        images: cache of input images.
        batch_sizes: the models to offer, each with its batch size.
        leases: leases of the worker.
        uploader: receives the clips.
        failures: receives the failed jobs.
        stopping: event that is set when the worker should stop.
        log: function that is called with a sentence for every event.

    Attributes:
        batch_sizes: the models that are still offered, each with its batch size.
    """

    def __init__(
        self,
        server: LeaseApi,
        host: ModelHost,
        images: ImageCache,
        batch_sizes: Mapping[str, int],
        *,
        leases: LeaseRenewer,
        uploader: Uploader,
        failures: Failures,
        stopping: threading.Event,
        log: Callable[[str], None],
    ) -> None:
        self._server, self._host, self._images = server, host, images
        self._leases, self._uploader, self._failures = leases, uploader, failures
        self._stopping, self._log = stopping, log
        self.batch_sizes = dict(batch_sizes)

    def run(self, jobs: Sequence[ClaimedJob]) -> None:
        """Generate the clips of newly claimed jobs; all jobs must be for the same model.

        Raises:
            WorkerError: the worker cannot continue, but still holds the remaining jobs.
        """
        model = jobs[0].model
        self._leases.add(jobs)
        self._failures.resume()
        try:
            self._load(model)
            self._generate_all(self._fetch_images(jobs), model)
        except CannotRun as error:
            self._release(jobs)
            self._withdraw(model, error)
        except GeneratorError as error:
            self._failures.add(jobs, error)
        except HostLost as lost:
            self._failures.add_loss([job for job in jobs if not self._uploader.has(job)], str(lost))
            raise
        self._release(jobs)

    def _load(self, model: str) -> None:
        if self._host.loaded_model == model:
            return
        self._log(f"Loading {model}.")
        try:
            self._host.load(model)
        except (GeneratorError, HostLost):
            raise
        except Exception as error:  # a model's code can raise any exception; the worker must survive it
            raise as_generator_error(error) from error

    def _fetch_images(self, jobs: Sequence[ClaimedJob]) -> list[_Task]:
        """Fetch the input images. A job fails if the server refuses to send the job's image."""
        tasks = []
        for job in jobs:
            try:
                image = self._images.path(job.image_sha256, partial(self._server.image, job))
            except NotAllowed:
                raise
            except Refused as refusal:
                self._failures.add([job], Crashed(f"The image cannot be downloaded. {refusal}"))
            else:
                tasks.append(_Task(job, ClipRequest(job.pair_id, image, job.prompt, job.seed)))
        return tasks

    def _generate_all(self, tasks: list[_Task], model: str) -> None:
        """Generate one batch after another until no jobs remain or the worker should stop."""
        while tasks and not self._stopping.is_set():
            # Skip jobs whose leases were lost since the jobs were claimed.
            tasks = [task for task in tasks if self._leases.holds(task.job)]
            tasks = self._generate_batch(tasks, model)

    def _generate_batch(self, tasks: list[_Task], model: str) -> list[_Task]:
        """Generate one batch. Return the tasks that remain to be tried."""
        batch = tasks[: self.batch_sizes[model]]
        done, error = self._generate(batch)
        remaining = tasks[done:]
        if done:
            self._failures.note_clip(model)
        if error is None:
            return remaining
        if isinstance(error, CannotRun):
            raise error
        if isinstance(error, OutOfMemory) and self._halve_batch_size(model, len(batch)):
            return remaining
        self._failures.add([remaining[0].job], error)
        return remaining[1:]

    def _generate(self, batch: Sequence[_Task]) -> tuple[int, GeneratorError | None]:
        """Return the number of generated clips, and the error. The error is None if no task failed.

        If n clips were generated, they belong to the first n tasks of the batch, in the same order.
        """
        done = 0
        try:
            clips = self._host.generate([task.request for task in batch])
            for task, clip in zip(batch, clips, strict=True):
                self._uploader.add(task.job, clip)
                done += 1
        except HostLost:
            raise
        except Exception as error:  # noqa: BLE001 - as in _load
            return done, as_generator_error(error)
        return done, None

    def _halve_batch_size(self, model: str, tried: int) -> bool:
        """Halve a model's batch size. Return False if the batch size is already 1."""
        if tried < 2:
            return False
        self.batch_sizes[model] = tried // 2
        self._log(
            f"{model}: a batch of {tried} clips does not fit into memory; the new size is {tried // 2}."
        )
        return True

    def _release(self, jobs: Sequence[ClaimedJob]) -> None:
        """Release the jobs that were not tried."""
        for job in jobs:
            if not (self._uploader.has(job) or self._failures.holds(job)):
                self._leases.release(job)

    def _withdraw(self, model: str, error: CannotRun) -> None:
        """Stop offering a model that cannot run on this machine; other workers can still run its jobs."""
        del self.batch_sizes[model]
        self._log(f"{model} cannot run on this machine and is no longer offered. {error}")
        if not self.batch_sizes:
            raise NoModelAvailable(f"No offered model can run on this machine. {error}")


def as_generator_error(error: Exception) -> GeneratorError:
    """Convert an exception from a model's or a metric's code to a GeneratorError with the traceback."""
    if isinstance(error, GeneratorError):
        return error
    tail = "".join(traceback.format_exception(error))[-_MAX_LOG_CHARACTERS:]
    if is_out_of_memory(error):
        return OutOfMemory("", log_tail=tail)
    return Crashed(f"{type(error).__name__}: {error}", log_tail=tail)
