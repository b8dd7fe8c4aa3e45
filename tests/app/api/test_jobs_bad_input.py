"""Requests of workers: limits, cleaned texts, and no request that gets status 500."""

import json

import pytest
from fastapi.testclient import TestClient

from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, ask, jobs_of, worker_program
from tests.cast import Cast, Study, enter

CLAIM = {"worker": {"name": "box", "device": "cpu"}, "models": ["motif"]}


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


@pytest.mark.parametrize(
    "wrong",
    [
        {"models": []},
        {"models": [f"m{number}" for number in range(101)]},
        {"models": ["Not A Slug"]},
        {"models": "motif"},
        {"count": 0},
        {"count": 33},
        {"count": 1.5},
        {"holding": "../etc"},
        {"worker": {"name": "", "device": "cpu"}},
        {"worker": {"name": "x" * 81, "device": "cpu"}},
        {"worker": {"name": "two\nlines", "device": "cpu"}},
        {"worker": {"name": "nul\x00", "device": "cpu"}},
        {"worker": {"name": "box", "device": "cpu", "gpu": "x" * 121}},
        {"worker": {"name": "box"}},
        {"worker": None},
        {"hurry": True},
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(worker: WorkerProgram, wrong: dict[str, object]) -> None:
    refused(worker.client.post("/api/v1/jobs/claim", json=CLAIM | wrong), 422, "invalid_field")


@pytest.mark.parametrize("attempt", [0, -1, 2**31, 2**63, 1.5, "one", None])
def test_an_attempt_is_a_number_that_was_given_out(
    cast: Cast, worker: WorkerProgram, attempt: object
) -> None:
    ask(client_of(cast.context, cast.alice))
    (job,) = worker.claim()

    answer = worker.client.post(f"/api/v1/jobs/{job['id']}/renew", json={"attempt": attempt})

    refused(answer, 422, "invalid_field")


@pytest.mark.parametrize("attempt", ["0", "-1", "1.0", "99999999999999999999", "one", "١"])
def test_headers_of_a_clip_that_name_no_attempt_are_refused(
    cast: Cast, worker: WorkerProgram, attempt: str
) -> None:
    ask(client_of(cast.context, cast.alice))
    (job,) = worker.claim()

    answer = worker.finish(job, **{"Ti2v-Attempt": attempt.encode()})  # type: ignore[arg-type]

    refused(answer, 422, "invalid")


@pytest.mark.parametrize("verb", ["renew", "release", "fail"])
def test_a_job_that_does_not_exist_is_404(worker: WorkerProgram, verb: str) -> None:
    body = {"attempt": 1} | ({"kind": "crash", "message": "x"} if verb == "fail" else {})

    refused(worker.client.post(f"/api/v1/jobs/{'0' * 16}/{verb}", json=body), 404, "not_found")


def test_an_unclaimed_job_has_no_attempt(cast: Cast, worker: WorkerProgram) -> None:
    alice = client_of(cast.context, cast.alice)
    ask(alice)
    job = jobs_of(alice)["jobs"][0]

    refused(worker.client.post(f"/api/v1/jobs/{job['id']}/renew", json={"attempt": 1}), 409, "stale_attempt")


def test_texts_of_a_failure_are_cut_and_cleaned(either_cast: Cast) -> None:
    alice = client_of(either_cast.context, either_cast.alice)
    worker = worker_program(either_cast.context)
    ask(alice)
    (job,) = worker.claim()
    body = {
        "attempt": job["attempt"],
        "kind": "crash",
        "message": "\x1b[31mred\x1b[0m\nand\x00 \ud800 " + "x" * 2000,
        "log_tail": "first\n" + "\r\n".join(["é" * 100] * 100) + "\n\x07\udcff\tlast",
    }

    # json.dumps writes halves of surrogate pairs as other programs do, \\ud800.
    answer = worker.client.post(
        f"/api/v1/jobs/{job['id']}/fail",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 200
    failure = jobs_of(alice)["jobs"][0]["failure"]
    assert failure["message"].startswith("red and xxx")
    assert len(failure["message"]) == 500
    assert failure["log_tail"].endswith("\n  \tlast")
    assert 8100 < len(failure["log_tail"].encode()) <= 8192
    assert set(failure["log_tail"]) == set("é\n \tlast")


def test_an_unknown_kind_of_failure_is_refused(cast: Cast, worker: WorkerProgram) -> None:
    ask(client_of(cast.context, cast.alice))
    (job,) = worker.claim()

    refused(worker.fail(job, kind="bad_luck"), 422, "invalid_field")


def test_annotators_and_strangers_reach_no_job(client: TestClient, study: Study) -> None:
    for visitor in (client, enter(client, study)):
        for path in ("", "?status=failed"):
            refused(visitor.get(f"/api/v1/jobs{path}"), 401, "not_signed_in")
        refused(visitor.post("/api/v1/jobs/claim", json=CLAIM), 401, "not_signed_in")
