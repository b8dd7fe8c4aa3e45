"""Functions that act as an owner and as a worker, to measure clips over REST."""

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from benchmark.metrics.suites import SUITES
from benchmark.protocol import SuiteName
from tests.app.jobs.acting import JobJson, WorkerProgram

SETTINGS = {"flow": "dis-medium", "frames": "all", "formulas": "4"}


def start(client: TestClient, submission: str, suite: str = "motion", **more: object) -> Response:
    return client.post(f"/api/v1/submissions/{submission}/metrics", json={"suite": suite, **more})


def claim(worker: WorkerProgram, *suites: str, count: int = 32) -> list[JobJson]:
    answer = worker.client.post(
        "/api/v1/jobs/measurements/claim",
        json={
            "worker": {"name": worker.name, "device": "cpu"},
            "suites": suites or ["motion"],
            "count": count,
        },
    )
    assert answer.status_code == 200, answer.text
    jobs: list[JobJson] = answer.json()["jobs"]
    return jobs


def send_scores(worker: WorkerProgram, job: JobJson, values: dict[str, Any], **more: Any) -> Response:
    body = {"attempt": job["attempt"], "settings": SETTINGS, "values": values, **more}
    return worker.client.put(f"/api/v1/jobs/{job['id']}/scores", json=body)


def scores_of(client: TestClient, submission: str, suite: str = "motion") -> dict[str, Any]:
    answer = client.get(f"/api/v1/submissions/{submission}/metrics/{suite}")
    assert answer.status_code == 200, answer.text
    table: dict[str, Any] = answer.json()
    return table


def measure_all(
    client: TestClient, worker: WorkerProgram, submission: str, base: float = 1.0, **more: Any
) -> None:
    """Measure every clip of a submission in the suite `motion`; the scores are `base`, `base` + 1, ..."""
    assert start(client, submission).status_code == 201
    for number, job in enumerate(claim(worker)):
        values = {metric.name: base + number for metric in SUITES[SuiteName.MOTION].metrics}
        answer = send_scores(worker, job, values, **more)
        assert answer.status_code == 200, answer.text


def clip_of(worker: WorkerProgram, job: JobJson, attempt: int | None = None) -> Response:
    return worker.client.get(f"/api/v1/jobs/{job['id']}/clip", params={"attempt": attempt or job["attempt"]})
