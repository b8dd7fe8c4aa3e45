"""Measures the clips of one claim with a suite of metrics, and uploads the scores.

The model host runs the same code as `ti2v metrics`, with the same caches of scores and features.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.client.errors import LeaseLost, NotAllowed, Refused
from benchmark.client.job_api import LeaseApi
from benchmark.metrics.table import ClipScores, MetricTable
from benchmark.protocol import FailureKind, SuiteName
from benchmark.wire.jobs import ClaimedMeasurement
from benchmark.wire.metrics import ScoresRequest
from models.backbones.base import BackboneMissing
from models.generators.base import BadInput, Crashed, GeneratorError
from models.generators.batch import MAX_CONSECUTIVE_FAILURES
from models.metrics.clip_input import ClipInput
from models.metrics.vbench_run import NO_CAMERA_MOTION
from models.worker.available_suites import AvailableSuite
from models.worker.batch_runner import as_generator_error
from models.worker.errors import HostLost, TooManyFailures
from models.worker.image_cache import ImageCache
from models.worker.lease_renewal import LeaseRenewer
from models.worker.model_host import ModelHost
from models.worker.uploader import report_failure


@dataclass(frozen=True)
class _Task:
    job: ClaimedMeasurement
    clip: ClipInput


class SuiteRunner:
    """Measures clips with the suites of a worker.

    When `run` returns, each job's scores are uploaded, or the job has failed or is released.

    Args:
        server: the server's lease API.
        host: runs the suites.
        images: cache of input images.
        suites: the suites to offer.
        leases: leases of the worker.
        log: function that is called with a sentence for every event.

    Attributes:
        suites: the suites of metrics that are still offered.
        measured: number of clips whose scores the server stored.
    """

    def __init__(
        self,
        server: LeaseApi,
        host: ModelHost,
        images: ImageCache,
        suites: Mapping[SuiteName, AvailableSuite],
        *,
        leases: LeaseRenewer,
        log: Callable[[str], None],
    ) -> None:
        self._server, self._host, self._images = server, host, images
        self._leases, self._log = leases, log
        self.suites = dict(suites)
        self.measured = 0
        self._consecutive_failures = 0

    def run(self, jobs: Sequence[ClaimedMeasurement]) -> None:
        """Measure the clips of newly claimed jobs; all jobs must be for the same suite.

        Raises:
            WorkerError: the worker cannot continue, but still holds the remaining jobs.
        """
        self._leases.add(jobs)
        with tempfile.TemporaryDirectory(prefix="ti2v-clips-") as folder:
            try:
                self._measure(self._fetch(jobs, Path(folder)))
            except BackboneMissing as error:
                suite = jobs[0].suite
                del self.suites[suite]
                self._log(f"{suite} cannot run on this machine and is no longer offered. {error}")
        for job in jobs:
            self._leases.release(job)

    def _fetch(self, jobs: Sequence[ClaimedMeasurement], folder: Path) -> list[_Task]:
        """Download clips and images. A job fails if the server refuses one of the job's files."""
        tasks = []
        for job in jobs:
            path = folder / f"{job.id}.mp4"
            try:
                image = self._images.path(job.image_sha256, partial(self._server.image, job))
                path.write_bytes(self._server.clip(job))
            except NotAllowed:
                raise
            except LeaseLost as lost:
                self._leases.remove(job)
                self._log(f"{job.pair_id}: the job is lost. {lost}")
            except Refused as refusal:
                self._fail(job, Crashed(f"The clip or its image cannot be downloaded. {refusal}"))
            else:
                tasks.append(_Task(job, _clip_input(job, path, image)))
        return tasks

    def _measure(self, tasks: Sequence[_Task]) -> None:
        """Measure all clips in one run of the suite.

        If the measurement fails, split the clips into two halves and measure each half separately, so that
        only the faulty clip fails.
        """
        held = [task for task in tasks if self._leases.holds(task.job)]
        if not held:
            return
        try:
            table = self._table(held)
        except (BackboneMissing, HostLost):
            raise
        except Exception as error:  # noqa: BLE001 - a network's code can raise any exception; the worker survives
            if len(held) == 1:
                self._fail(held[0].job, as_generator_error(error))
                return
            middle = len(held) // 2
            self._measure(held[:middle])
            self._measure(held[middle:])
            return
        for task, scores in zip(held, table.clips, strict=True):
            self._upload(task.job, table, scores)

    def _table(self, tasks: Sequence[_Task]) -> MetricTable:
        """Run the suite.

        Raises:
            Crashed: the network of a metric is on the machine, but fails.
            HostLost: the process that runs the suite died.
        """
        suite = tasks[0].job.suite
        table = self._host.measure(suite, [task.clip for task in tasks])
        for metric, reason in table.not_computed.items():
            if metric not in self.suites[suite].gaps and reason != NO_CAMERA_MOTION:
                raise Crashed(f"{metric}: {reason}")
        return table

    def _upload(self, job: ClaimedMeasurement, table: MetricTable, scores: ClipScores) -> None:
        self._consecutive_failures = 0
        if not scores.values:
            reasons = dict.fromkeys(scores.refused.values()) or [f"{job.suite} has no score for this clip."]
            self._fail(job, BadInput(" ".join(reasons)))
            return
        request = ScoresRequest(
            attempt=job.attempt,
            settings=dict(table.settings),
            values=dict(scores.values),
            refused=dict(scores.refused),
        )
        try:
            self._server.upload_scores(job, request)
        except LeaseLost as refusal:
            self._log(f"{job.pair_id}: the scores are dropped. {refusal}")
        except NotAllowed:
            raise
        except Refused as refusal:
            self._fail(job, Crashed(f"The server refuses the scores. {refusal}"))
        else:
            self.measured += 1
        self._leases.remove(job)

    def _fail(self, job: ClaimedMeasurement, error: GeneratorError) -> None:
        self._leases.remove(job)
        message = str(error) or "The clip does not fit into the memory of this device."
        status = report_failure(self._server, job, error.kind, message, error.log_tail)
        self._log(f"{job.pair_id}: {message} The job is {status or 'held by another worker'}.")
        if error.kind is not FailureKind.BAD_INPUT:
            self._consecutive_failures += 1
        if self._consecutive_failures >= MAX_CONSECUTIVE_FAILURES:
            raise TooManyFailures(
                f"{MAX_CONSECUTIVE_FAILURES} failures in a row; the remaining jobs are released for other "
                f"workers. Last failure: {message}"
            )


def _clip_input(job: ClaimedMeasurement, path: Path, image: Path) -> ClipInput:
    return ClipInput(
        pair=job.pair_id,
        scenario=job.scenario,
        prompt=job.prompt,
        seed=job.seed,
        path=path,
        image_path=image,
        dimensions=frozenset(job.dimensions),
    )
