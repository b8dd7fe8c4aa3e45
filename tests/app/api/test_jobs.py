"""A job's whole life over REST: asked for, claimed, finished with its clip, on both databases."""

import hashlib

import pytest
from fastapi.testclient import TestClient

from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.generation.acting import (
    WorkerProgram,
    ask,
    clip_for,
    jobs_of,
    worker_program,
)
from tests.cast import BENCHMARK, PAIR_IDS, Cast, input_image, small_clip


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.installation)


@pytest.mark.postgres
def test_every_clip_is_made_and_the_last_one_makes_the_submission_final(either_cast: Cast) -> None:
    alice = client_of(either_cast.installation, either_cast.alice)
    worker = worker_program(either_cast.installation)
    asked = ask(alice)
    (submission,) = asked["submissions"]

    jobs = worker.claim(count=32)
    statuses = [worker.finish(job).status_code for job in jobs]

    assert asked["jobs"] == len(PAIR_IDS)
    assert [job["pair_id"] for job in jobs] == list(PAIR_IDS)
    assert statuses == [201] * len(PAIR_IDS)
    detail = alice.get(f"/api/v1/submissions/{submission['id']}").json()
    assert (detail["status"], detail["is_partial"], detail["received"]) == ("final", False, len(PAIR_IDS))
    assert jobs_of(alice)["counts"]["done"] == len(PAIR_IDS)
    assert worker.claim() == []
