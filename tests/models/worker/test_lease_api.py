"""The lease API of the client: images, failures, provenance and lost leases."""

import base64
import json

import pytest

from benchmark.client.errors import LeaseLost, NotAllowed, Refused
from benchmark.client.job_api import encoded_provenance
from benchmark.protocol import FailureKind, JobStatus
from tests.models.worker.conftest import WorkerServer, claim


def test_a_job_of_another_attempt_is_lost(worker_server: WorkerServer) -> None:
    worker_server.ask()
    server = worker_server.server()
    [job] = claim(server)

    with pytest.raises(LeaseLost) as caught:
        server.renew(job.model_copy(update={"attempt": 2}))

    assert caught.value.code == "stale_attempt"


def test_a_cancelled_job_is_lost(worker_server: WorkerServer) -> None:
    [asked] = worker_server.ask()
    server = worker_server.server()
    [job] = claim(server)
    worker_server.cancel(asked["id"])

    with pytest.raises(LeaseLost) as caught:
        server.fail(job, FailureKind.CRASH, "It fell over.")

    assert caught.value.code == "cancelled"


def test_a_researchers_key_cannot_claim_jobs(worker_server: WorkerServer) -> None:
    with pytest.raises(NotAllowed, match="needs a key of role worker"):
        claim(worker_server.server(key=worker_server.alice.key))


def test_an_image_with_another_digest_is_refused(worker_server: WorkerServer) -> None:
    worker_server.ask()
    server = worker_server.server()
    [job] = claim(server)
    other = job.model_copy(update={"image_sha256": "0" * 64})

    with pytest.raises(Refused, match="differs from the job's sha256"):
        server.image(other)


def test_a_failure_returns_the_new_status_of_the_job(worker_server: WorkerServer) -> None:
    worker_server.ask()
    server = worker_server.server()
    first, second = claim(server, 2)

    assert server.fail(first, FailureKind.CRASH, "It fell over.").status is JobStatus.QUEUED
    assert server.fail(second, FailureKind.BAD_INPUT, "No.").status is JobStatus.FAILED


def test_the_longest_parts_of_long_provenance_are_dropped_first() -> None:
    provenance = {"model": "motif", "settings": {"note": "x" * 3000}, "libraries": {"torch": "y" * 3000}}

    kept = json.loads(base64.b64decode(encoded_provenance(provenance)))

    assert sorted(kept) == ["model", "settings"]
