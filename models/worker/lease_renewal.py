"""Renews the leases of the jobs that a worker holds, in a background thread."""

import threading
from collections.abc import Callable, Sequence

from benchmark.client.errors import Refused, Unreachable
from benchmark.client.job_api import LeaseApi
from benchmark.wire.jobs import LeasedJob

_RENEWALS_PER_LEASE = 3
# After a failed renewal, the pause before the next attempt is shorter, because the lease may expire soon.
_RETRIES_PER_LEASE = 12


class LeaseRenewer:
    """Records the jobs that a worker holds, and renews the leases of these jobs.

    A background thread renews each lease when a third of the lease's duration has passed. If the worker lost
    a lease, the thread removes the lease's job from the record.

    Args:
        server: the server's lease API.
        log: called with a sentence for every job whose lease the worker lost.
    """

    def __init__(self, server: LeaseApi, log: Callable[[str], None]) -> None:
        self._server = server
        self._log = log
        self._held: dict[str, LeasedJob] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._changed = threading.Event()
        self._last_renewal_succeeded = True
        self._thread = threading.Thread(target=self._renew_until_closed, name="lease-renewal", daemon=True)
        self._thread.start()

    def add(self, jobs: Sequence[LeasedJob]) -> None:
        """Start renewing the leases of newly claimed jobs."""
        with self._lock:
            self._held.update({job.id: job for job in jobs})
        self._changed.set()

    def remove(self, job: LeasedJob) -> None:
        """Stop renewing a lease: the job is finished, failed, released or lost."""
        with self._lock:
            if self._held.get(job.id) == job:
                del self._held[job.id]

    def holds(self, job: LeasedJob) -> bool:
        """Return whether the worker still holds the job; a later attempt of the same job does not count."""
        with self._lock:
            return self._held.get(job.id) == job

    def held(self) -> list[LeasedJob]:
        """Return all jobs the worker holds."""
        with self._lock:
            return list(self._held.values())

    def release(self, job: LeasedJob) -> bool:
        """Release a job that was not tried. Return whether the worker still held the job.

        Raises:
            Unreachable: the server does not answer; the job is released when its lease expires.
        """
        if not self.holds(job):
            return False
        self.remove(job)
        try:
            self._server.release(job)
        except Refused:
            return False
        return True

    def release_all(self) -> int:
        """Release all held jobs and return the number of released jobs."""
        try:
            return sum(self.release(job) for job in self.held())
        except Unreachable:
            self._log("The server does not answer; the held jobs are released when their leases expire.")
            return 0

    def close(self) -> None:
        """Stop the renewal thread; leases are no longer renewed."""
        self._closing.set()
        self._changed.set()
        self._thread.join()

    def _renew_until_closed(self) -> None:
        pause_s: float | None = None
        while not self._closing.is_set():
            self._changed.wait(pause_s)
            # The leases of newly claimed jobs have just started. Renew these leases only after a complete
            # pause.
            if self._changed.is_set():
                self._changed.clear()
            else:
                self._renew_all()
            pause_s = self._pause_s()

    def _renew_all(self) -> None:
        self._last_renewal_succeeded = True
        for job in self.held():
            if self._closing.is_set():
                return
            try:
                self._server.renew(job)
            except Refused as refusal:
                self.remove(job)
                self._log(f"{job.pair_id}: the job is lost. {refusal}")
            except Unreachable:
                self._last_renewal_succeeded = False
                return

    def _pause_s(self) -> float | None:
        with self._lock:
            leases = [job.lease_s for job in self._held.values()]
        divisor = _RENEWALS_PER_LEASE if self._last_renewal_succeeded else _RETRIES_PER_LEASE
        return min(leases) / divisor if leases else None
