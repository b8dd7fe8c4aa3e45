"""Runs the worker loop: claims jobs and generates or measures clips until the worker is stopped."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.client.job_api import LeaseApi
from benchmark.plurals import counted
from benchmark.protocol import SuiteName
from benchmark.wire.jobs import (
    MAX_JOBS_PER_CLAIM,
    ClaimedJob,
    ClaimedMeasurement,
    ClaimRequest,
    MeasureClaimRequest,
    WorkerInfo,
)
from models.worker.available_suites import AvailableSuite
from models.worker.batch_runner import BatchRunner
from models.worker.failures import Failures
from models.worker.image_cache import ImageCache
from models.worker.lane_table import Lane
from models.worker.lease_renewal import LeaseRenewer
from models.worker.model_host import ModelHost
from models.worker.suite_runner import SuiteRunner
from models.worker.uploader import Uploader

IDLE_PAUSE_S = 3.0


@dataclass(frozen=True)
class WorkerOptions:
    """Options of a worker.

    Attributes:
        info: the description of the worker that the server stores.
        batch_sizes: the models to offer, each with its batch size.
        until_idle: if true, exit when there is no job; if false, ask for jobs again.
        once: if true, exit after the jobs of one claim.
        suites: suites of metrics to offer.
    """

    info: WorkerInfo
    batch_sizes: Mapping[str, int]
    until_idle: bool = False
    once: bool = False
    suites: Mapping[SuiteName, AvailableSuite] = field(default_factory=dict)


class WorkerLoop:
    """Generates and measures clips in the thread that calls `run`.

    Lease renewal and uploads run in two other threads. Jobs that generate clips are claimed before jobs that
    measure clips.

    Args:
        server: the server's lease API.
        host: runs the model and the suites of metrics. The caller closes the host after `run`.
        images: cache of input images.
        options: options of the worker.
        stopping: event that is set when the worker should stop.
        log: function that is called with a sentence for every event.
        lane: the lane of this loop, if the loop belongs to a fleet.
    """

    def __init__(
        self,
        server: LeaseApi,
        host: ModelHost,
        images: ImageCache,
        options: WorkerOptions,
        *,
        stopping: threading.Event,
        log: Callable[[str], None],
        lane: Lane | None = None,
    ) -> None:
        self._server, self._host, self._options = server, host, options
        self._stopping, self._log = stopping, log
        self._leases = LeaseRenewer(server, log)
        self._uploader = Uploader(server, self._leases, log)
        self._failures = Failures(server, self._leases, log, lane)
        self._runner = BatchRunner(
            server,
            host,
            images,
            options.batch_sizes,
            leases=self._leases,
            uploader=self._uploader,
            failures=self._failures,
            stopping=stopping,
            log=log,
        )
        self._suite_runner: SuiteRunner | None = None
        if options.suites:
            self._suite_runner = SuiteRunner(
                server, host, images, options.suites, leases=self._leases, log=log
            )

    @property
    def uploaded(self) -> int:
        """Number of clips that the server has accepted."""
        return self._uploader.uploaded

    @property
    def measured(self) -> int:
        """Number of clips whose scores the server has stored."""
        return self._suite_runner.measured if self._suite_runner else 0

    def run(self) -> int:
        """Process jobs until the worker is stopped, is idle or fails; return the number of uploaded clips.

        Raises:
            WorkerError: the worker cannot continue, and has released all jobs that it held.
        """
        try:
            while not self._stopping.is_set() and self._run_claim():
                self._raise_upload_error()
            if not self._stopping.is_set():
                self._failures.settle()
            self._uploader.wait()
            self._raise_upload_error()
        finally:
            self._shut_down()
        return self._uploader.uploaded

    def _run_claim(self) -> bool:
        """Claim jobs, then generate or measure the jobs' clips; return whether the worker should continue."""
        if not self._host.is_ready():
            self._failures.note_starting()
            return True
        jobs = self._claim()
        if not jobs:
            self._failures.settle()
        if not jobs and self._measure():
            return not self._options.once
        if not jobs and self._options.until_idle:
            # If the server refuses a clip that is still being uploaded, the server queues the clip's job
            # again.
            self._uploader.wait()
            jobs = self._claim()
        if jobs:
            self._runner.run(jobs)
            return not self._options.once
        if not self._options.until_idle:
            self._stopping.wait(IDLE_PAUSE_S)
        return not self._options.until_idle

    def _claim(self) -> Sequence[ClaimedJob]:
        loaded, batch_sizes = self._host.loaded_model, self._runner.batch_sizes
        if not batch_sizes:
            return []
        # Claim a full batch for the loaded model, but only one job for a model that must be loaded first.
        count = min(batch_sizes[loaded], MAX_JOBS_PER_CLAIM) if loaded in batch_sizes else 1
        return self._server.claim(
            ClaimRequest(
                worker=self._host.describe(self._options.info),
                models=list(batch_sizes),
                holding=loaded,
                count=count,
            )
        )

    def _measure(self) -> bool:
        """Claim clips to measure, and measure the clips; return whether there were clips to measure."""
        runner = self._suite_runner
        if runner is None or not runner.suites:
            return False
        jobs: Sequence[ClaimedMeasurement] = self._server.claim_measurements(
            MeasureClaimRequest(
                worker=self._host.describe(self._options.info),
                suites=list(runner.suites),
                count=MAX_JOBS_PER_CLAIM,
            )
        )
        if not jobs:
            self._host.end_suite()
            return False
        runner.run(jobs)
        return True

    def _raise_upload_error(self) -> None:
        if self._uploader.error is not None:
            raise self._uploader.error

    def _shut_down(self) -> None:
        self._uploader.close()
        if self.measured:
            self._log(f"Measured {counted(self.measured, 'clip')}.")
        released = self._leases.release_all()
        if released:
            self._log(f"Jobs released: {released}.")
        self._leases.close()
