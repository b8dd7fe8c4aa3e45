"""One line of work: claim jobs, make their clips, hand them in; again, until asked to stop."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.client.job_api import LeaseApi
from benchmark.wire.jobs import MAX_JOBS_PER_CLAIM, ClaimedJob, ClaimRequest, WorkerInfo
from models.worker.batch_runner import BatchRunner
from models.worker.image_cache import ImageCache
from models.worker.lease_renewal import Leases
from models.worker.model_host import ModelHost
from models.worker.uploader import Uploader

IDLE_PAUSE_S = 3.0


@dataclass(frozen=True)
class Work:
    """What a lane does.

    Attributes:
        card: how the server knows it.
        batches: the models it offers, and how many clips of each go through at once.
        until_idle: end when there is nothing to do, instead of asking again every few seconds.
        once: end after the jobs of one claim.
    """

    card: WorkerInfo
    batches: Mapping[str, int]
    until_idle: bool = False
    once: bool = False


class WorkerLoop:
    """Works in the thread that calls `run`; leases and delivery have threads of their own."""

    def __init__(
        self,
        server: LeaseApi,
        host: ModelHost,
        images: ImageCache,
        work: Work,
        *,
        stopping: threading.Event,
        say: Callable[[str], None],
    ) -> None:
        self._server, self._host, self._work = server, host, work
        self._stopping, self._say = stopping, say
        self._leases = Leases(server, say)
        self._delivery = Uploader(server, self._leases, say)
        self._maker = BatchRunner(
            server,
            host,
            images,
            work.batches,
            leases=self._leases,
            uploader=self._delivery,
            stopping=stopping,
            say=say,
        )

    def run(self) -> int:
        """Work until stopped, idle or in trouble; return how many clips were handed in.

        Raises:
            WorkerError: the worker cannot go on; what it held was given back.
        """
        try:
            while not self._stopping.is_set() and self._turn():
                self._require_well()
            self._delivery.wait()
            self._require_well()
        finally:
            self._leave()
        return self._delivery.handed_in

    def _turn(self) -> bool:
        """Claim and make; return whether to go on."""
        if not self._host.is_ready():
            return True
        jobs = self._claim()
        if not jobs and self._work.until_idle:
            # A clip on its way may be refused, and its job come back.
            self._delivery.wait()
            jobs = self._claim()
        if jobs:
            self._maker.make(jobs)
            return not self._work.once
        if not self._work.until_idle:
            self._stopping.wait(IDLE_PAUSE_S)
        return not self._work.until_idle

    def _claim(self) -> Sequence[ClaimedJob]:
        holding, batches = self._host.holding, self._maker.batches
        # The first job of a model decides which is loaded; with that in memory as many as fit at once.
        count = min(batches[holding], MAX_JOBS_PER_CLAIM) if holding in batches else 1
        return self._server.claim(
            ClaimRequest(worker=self._work.card, models=list(batches), holding=holding, count=count)
        )

    def _require_well(self) -> None:
        if self._delivery.trouble is not None:
            raise self._delivery.trouble

    def _leave(self) -> None:
        self._delivery.close()
        released = self._leases.release_all()
        if released:
            self._say(f"Given back: {released}.")
        self._leases.close()
        self._host.close()
