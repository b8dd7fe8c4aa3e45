"""Keeps alive the leases of the jobs a worker holds, beside its work."""

import threading
from collections.abc import Callable, Sequence

from benchmark.client.errors import Refused, Unreachable
from benchmark.client.job_api import LeaseApi
from benchmark.wire.jobs import ClaimedJob

_RENEWALS_A_LEASE = 3
# A server that does not answer is asked again sooner: what is left of the lease may be short.
_TRIES_A_LEASE = 12


class Leases:
    """The jobs in hand. A thread renews them at a third of their lease; one that is lost is dropped.

    Args:
        say: told about every job that is lost.
    """

    def __init__(self, server: LeaseApi, say: Callable[[str], None]) -> None:
        self._server = server
        self._say = say
        self._held: dict[str, ClaimedJob] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._changed = threading.Event()
        self._is_answered = True
        self._thread = threading.Thread(target=self._keep_alive, name="leases", daemon=True)
        self._thread.start()

    def take(self, jobs: Sequence[ClaimedJob]) -> None:
        with self._lock:
            self._held.update({job.id: job for job in jobs})
        self._changed.set()

    def drop(self, job: ClaimedJob) -> None:
        """Forget a job: it is finished, failed, given back or somebody else's."""
        with self._lock:
            if self._held.get(job.id) == job:
                del self._held[job.id]

    def holds(self, job: ClaimedJob) -> bool:
        with self._lock:
            return self._held.get(job.id) == job

    def held(self) -> list[ClaimedJob]:
        with self._lock:
            return list(self._held.values())

    def release(self, job: ClaimedJob) -> bool:
        """Give a job back untried; return False where it is not ours any more.

        Raises:
            Unreachable: the server does not answer; the job comes free when its lease ends.
        """
        if not self.holds(job):
            return False
        self.drop(job)
        try:
            self._server.release(job)
        except Refused:
            return False
        return True

    def release_all(self) -> int:
        """Give back whatever is still held and return how much that was."""
        try:
            return sum(self.release(job) for job in self.held())
        except Unreachable:
            self._say("The server does not answer; what was held comes free when its lease ends.")
            return 0

    def close(self) -> None:
        self._closing.set()
        self._changed.set()
        self._thread.join()

    def _keep_alive(self) -> None:
        pause_s: float | None = None
        while not self._closing.is_set():
            self._changed.wait(pause_s)
            # What was taken just now was leased just now; only a full pause makes a renewal due.
            if self._changed.is_set():
                self._changed.clear()
            else:
                self._renew_all()
            pause_s = self._pause_s()

    def _renew_all(self) -> None:
        self._is_answered = True
        for job in self.held():
            if self._closing.is_set():
                return
            try:
                self._server.renew(job)
            except Refused as refusal:
                self.drop(job)
                self._say(f"{job.pair_id}: dropped. {refusal}")
            except Unreachable:
                self._is_answered = False
                return

    def _pause_s(self) -> float | None:
        with self._lock:
            leases = [job.lease_s for job in self._held.values()]
        times = _RENEWALS_A_LEASE if self._is_answered else _TRIES_A_LEASE
        return min(leases) / times if leases else None
