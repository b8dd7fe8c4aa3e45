"""Simultaneous uploads of the clips of jobs, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from fastapi.testclient import TestClient
from httpx2 import Response

from app.main import create_app
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, ask, jobs_of, worker_actor, worker_program
from tests.cast import PAIR_IDS, Cast


def together(*requests: Callable[[], Response]) -> list[Response]:
    start = Barrier(len(requests))

    def send(request: Callable[[], Response]) -> Response:
        start.wait(timeout=60)
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def programs(cast: Cast, count: int) -> list[WorkerProgram]:
    """Return one worker client for each thread; all clients have the same key and use one application."""
    actor = worker_actor(cast.context, "gpu-box")
    app = create_app(cast.context)
    return [WorkerProgram(TestClient(app, headers=actor.headers)) for _ in range(count)]


def test_the_last_clips_at_once_make_the_submission_final(either_cast: Cast) -> None:
    alice = client_of(either_cast.context, either_cast.alice)
    submission = ask(alice)["submissions"][0]["id"]
    workers = programs(either_cast, len(PAIR_IDS))
    jobs = workers[0].claim(count=32)

    answers = together(
        *(
            lambda worker=worker, job=job: worker.finish(job)
            for worker, job in zip(workers, jobs, strict=True)
        )
    )

    assert [answer.status_code for answer in answers] == [201] * len(PAIR_IDS)
    assert alice.get(f"/api/v1/submissions/{submission}").json()["status"] == "final"


def test_a_clip_sent_twice_at_once_is_kept_once(either_cast: Cast) -> None:
    alice = client_of(either_cast.context, either_cast.alice)
    ask(alice)
    one, two = programs(either_cast, 2)
    (job,) = one.claim()

    answers = together(lambda: one.finish(job), lambda: two.finish(job))

    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert jobs_of(alice)["counts"]["done"] == 1


def test_an_upload_during_a_cancellation_is_stored_or_refused_completely(either_cast: Cast) -> None:
    alice = client_of(either_cast.context, either_cast.alice)
    submission = ask(alice)["submissions"][0]["id"]
    worker = worker_program(either_cast.context)
    (job,) = worker.claim()

    clip, _cancelled = together(
        lambda: worker.finish(job),
        lambda: alice.post("/api/v1/jobs/cancel", json={"submission": submission}),
    )

    counts = jobs_of(alice)["counts"]
    received = alice.get(f"/api/v1/submissions/{submission}").json()["received"]
    assert (clip.status_code, counts["done"], received) in ((201, 1, 1), (409, 0, 0))
    assert counts["cancelled"] == len(PAIR_IDS) - counts["done"]
