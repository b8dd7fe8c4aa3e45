"""Renewal of leases in the background, and lost jobs."""

import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import pairwise
from threading import Thread

from models.worker.lease_renewal import LeaseRenewer
from tests.models.worker.conftest import WorkerServer, claim


def wait_for(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_lease_is_renewed_after_a_third_of_its_duration(worker_server: WorkerServer) -> None:
    worker_server.ask()
    server = worker_server.server()
    [job] = claim(server)
    [before] = worker_server.jobs(status="leased")

    with closing(LeaseRenewer(server, worker_server.messages.append)) as leases:
        leases.add([job.model_copy(update={"lease_s": 0.3})])
        wait_for(lambda: worker_server.jobs(status="leased")[0]["expires_at"] > before["expires_at"])

    assert worker_server.messages == []


def test_a_failed_renewal_is_retried_soon(worker_server: WorkerServer) -> None:
    worker_server.ask()
    [job] = claim(worker_server.server())
    asked_at: list[float] = []

    def hang_up(silent: socket.socket) -> None:
        with suppress(OSError):
            while True:
                silent.accept()[0].close()
                asked_at.append(time.monotonic())

    with socket.create_server(("127.0.0.1", 0)) as silent:
        Thread(target=hang_up, args=[silent], daemon=True).start()
        worker_server.address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with closing(LeaseRenewer(worker_server.server(), worker_server.messages.append)) as leases:
            leases.add([job.model_copy(update={"lease_s": 6.0})])
            wait_for(lambda: len(asked_at) > 4)
        silent.shutdown(socket.SHUT_RDWR)

    # Regular renewals would be at least 2 seconds apart.
    assert min(later - earlier for earlier, later in pairwise(asked_at)) < 2.0


def test_a_cancelled_job_is_dropped_and_logged(worker_server: WorkerServer) -> None:
    [asked] = worker_server.ask()
    server = worker_server.server()
    [job] = claim(server)

    with closing(LeaseRenewer(server, worker_server.messages.append)) as leases:
        leases.add([job.model_copy(update={"lease_s": 0.3})])
        worker_server.cancel(asked["id"])
        wait_for(lambda: not leases.held())

    assert worker_server.messages == [
        f"{job.pair_id}: the job is lost. This job was cancelled. Discard its result."
    ]


def test_released_jobs_can_be_claimed_immediately(worker_server: WorkerServer) -> None:
    worker_server.ask()
    server = worker_server.server()

    with closing(LeaseRenewer(server, worker_server.messages.append)) as leases:
        leases.add(claim(server, 4))
        assert leases.release_all() == 4
        assert leases.held() == []

    assert worker_server.counts() == {"queued": 6}
    assert all(job["failures"] == 0 for job in worker_server.jobs())


def test_another_attempt_of_a_job_is_not_held(worker_server: WorkerServer) -> None:
    worker_server.ask()
    server = worker_server.server()
    [job] = claim(server)

    with closing(LeaseRenewer(server, worker_server.messages.append)) as leases:
        leases.add([job])

        assert leases.holds(job)
        assert not leases.holds(job.model_copy(update={"attempt": job.attempt + 1}))
