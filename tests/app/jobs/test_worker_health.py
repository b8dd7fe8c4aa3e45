"""The health of workers: reports of a worker, the jobs page, and the metrics for monitoring."""

import pytest
from fastapi.testclient import TestClient

from tests.acting import refused
from tests.app.api.conftest import alice, client_of
from tests.app.jobs.acting import JobJson, WorkerProgram, ask, worker_program
from tests.app.results.page_voters import signed_in
from tests.cast import Cast

__all__ = ["alice"]

REPORT = {"worker": {"name": "gpu-box", "device": "cuda on node1 GPU 3", "gpu": "A GPU"}, "state": "retired"}


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


def report(worker: WorkerProgram, **more: object) -> JobJson:
    answer = worker.client.post("/api/v1/jobs/workers", json=REPORT | more)
    assert answer.status_code == 200, answer.text
    stored: JobJson = answer.json()
    return stored


def test_failures_in_a_row_end_with_a_clip(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice)
    first, second, third, fourth = worker.claim(count=4)
    worker.fail(first)
    worker.fail(second, kind="bad_input")
    worker.fail(third, kind="timeout")
    assert "2 failures in a row" in alice.get("/jobs").text

    assert (report(worker)["failures"], report(worker)["failures_in_a_row"]) == (2, 2)
    worker.finish(fourth)

    assert (report(worker)["failures"], report(worker)["failures_in_a_row"]) == (2, 0)


def test_only_admins_read_the_reason_and_a_claim_ends_the_state(
    cast: Cast, alice: TestClient, worker: WorkerProgram
) -> None:
    report(worker, state="paused", reason="NaN in\nkite1.")
    ada = signed_in(cast.context, cast.ada)

    assert "NaN in kite1." in ada.get("/jobs").text
    page = alice.get("/jobs").text
    assert "paused" in page
    assert "NaN in" not in page

    worker.claim()
    assert "paused" not in alice.get("/jobs").text


def test_monitoring_reads_the_state_of_each_gpu(cast: Cast, worker: WorkerProgram) -> None:
    report(worker)

    lines = client_of(cast.context, cast.ada).get("/metrics").text.splitlines()

    labels = 'device="cuda on node1 GPU 3",gpu="A GPU"'
    [retired, working] = [
        line for line in lines if line.startswith(f"ti2v_worker_state{{{labels}") and "paused" not in line
    ]
    assert 'state="retired"' in retired + working
    assert {line.rsplit(" ", 1)[1] for line in (retired, working)} == {"0.0", "1.0"}
    assert any(line.startswith(f"ti2v_worker_failures{{{labels}") for line in lines)


@pytest.mark.parametrize(
    "wrong", [{"state": "broken"}, {"state": None}, {"worker": {"name": "x"}}, {"why": ""}]
)
def test_a_report_that_makes_no_sense_is_refused(worker: WorkerProgram, wrong: dict[str, object]) -> None:
    refused(worker.client.post("/api/v1/jobs/workers", json=REPORT | wrong), 422, "invalid_field")


def test_only_workers_report_a_state(alice: TestClient) -> None:
    refused(alice.post("/api/v1/jobs/workers", json=REPORT), 403, "forbidden")
