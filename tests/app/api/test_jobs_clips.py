"""Upload of a job's clip: who may upload the clip, how often, and the effects of the upload."""

import hashlib

import pytest
from fastapi.testclient import TestClient

from tests.acting import refused
from tests.app.api.conftest import traces
from tests.app.jobs.acting import WorkerProgram, ask, clip_for, jobs_of, worker_program
from tests.cast import PAIR_IDS, Cast, small_clip


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


def test_a_clip_sent_again_changes_nothing_even_when_the_submission_is_final(
    alice: TestClient, worker: WorkerProgram, cast: Cast
) -> None:
    ask(alice, pairs=list(PAIR_IDS))
    jobs = worker.claim(count=32)
    first = [worker.finish(job) for job in jobs]
    before = traces(cast.context)

    again = [worker.finish(job) for job in jobs]

    assert [answer.status_code for answer in again] == [200] * len(PAIR_IDS)
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert traces(cast.context) == before
    refused(worker.finish(jobs[0], clip=small_clip(shade=119)), 409, "clip_exists")


def test_a_late_upload_is_refused_and_not_stored(
    alice: TestClient, worker: WorkerProgram, cast: Cast
) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    (late,) = worker.claim()
    worker.post(late, "release")
    other = worker_program(cast.context, "other-box")
    (current,) = other.claim()
    before = traces(cast.context)

    refused(worker.finish(late, clip=small_clip(shade=118)), 409, "stale_attempt")

    assert traces(cast.context) == before
    assert current["attempt"] == late["attempt"] + 1
    assert other.finish(current).status_code == 201
    refused(worker.finish(late), 409, "stale_attempt")


def test_the_number_of_anothers_attempt_opens_nothing(
    alice: TestClient, worker: WorkerProgram, cast: Cast
) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    (job,) = worker.claim()
    thief = worker_program(cast.context, "thief")

    refused(thief.finish(job), 409, "stale_attempt")
    refused(thief.post(job, "renew"), 409, "stale_attempt")


def test_a_job_opens_only_its_own_slot(alice: TestClient, worker: WorkerProgram, cast: Cast) -> None:
    ask(alice)
    (job,) = worker.claim()
    elsewhere = job | {"submission": cast.submission_ids["cinemo"]}

    refused(worker.finish(job | {"pair_id": PAIR_IDS[5]}), 404, "unknown_pair")
    refused(worker.finish(elsewhere), 404, "not_found")
    refused(worker.finish(job | {"id": "0" * 16}), 404, "not_found")


def test_a_worker_without_a_job_hands_in_nothing(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice)
    (job,) = worker.claim()
    address = f"/api/v1/submissions/{job['submission']}/clips/{job['pair_id']}"

    refused(worker.client.put(address, content=clip_for(job)), 403, "missing_scope")
    refused(
        worker.client.put(address, content=clip_for(job), headers={"Ti2v-Job": job["id"]}), 422, "invalid"
    )


def test_a_clip_its_owner_hands_in_meanwhile_is_not_made_again(
    alice: TestClient, worker: WorkerProgram
) -> None:
    ask(alice)
    (job,) = worker.claim()
    address = f"/api/v1/submissions/{job['submission']}/clips/{job['pair_id']}"

    assert alice.put(address, content=small_clip(shade=117)).status_code == 201

    refused(worker.post(job, "renew"), 409, "cancelled")
    refused(worker.finish(job), 409, "cancelled")
    assert jobs_of(alice)["counts"] == {
        "queued": len(PAIR_IDS) - 1,
        "leased": 0,
        "done": 0,
        "failed": 0,
        "cancelled": 1,
    }


def test_a_job_that_failed_keeps_the_submission_open_until_it_is_tried_again(
    alice: TestClient, worker: WorkerProgram
) -> None:
    submission = ask(alice)["submissions"][0]["id"]
    *good, bad = worker.claim(count=32)
    assert worker.fail(bad, kind="bad_input").json() == {"status": "failed", "retry_at": None}
    for job in good:
        worker.finish(job)
    between = alice.get(f"/api/v1/submissions/{submission}").json()

    alice.post(f"/api/v1/jobs/{bad['id']}/retry")
    (again,) = worker.claim(count=32)
    worker.finish(again)

    assert (between["status"], between["missing"]) == ("open", [bad["pair_id"]])
    assert again["id"] == bad["id"]
    assert alice.get(f"/api/v1/submissions/{submission}").json()["status"] == "final"


@pytest.mark.parametrize("verb", ["withdraw", "finalise"])
def test_the_jobs_of_a_closed_submission_are_cancelled(
    alice: TestClient, worker: WorkerProgram, verb: str
) -> None:
    submission = ask(alice)["submissions"][0]["id"]
    first, second = worker.claim(count=2)
    worker.finish(first)

    closed = alice.post(
        f"/api/v1/submissions/{submission}/{verb}",
        json={"reason": "a mistake"} if verb == "withdraw" else {"allow_partial": True},
    )

    assert closed.status_code == 200
    refused(worker.finish(second), 409, "cancelled")
    assert worker.claim() == []
    assert jobs_of(alice)["counts"]["cancelled"] == len(PAIR_IDS) - 1
    refused(alice.post(f"/api/v1/jobs/{second['id']}/retry"), 409, "submission_not_open")


def test_a_worker_gets_the_image_of_its_job(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice)
    (job,) = worker.claim()

    image = worker.client.get(job["image_url"])

    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    assert hashlib.sha256(image.content).hexdigest() == job["image_sha256"]


def test_the_provenance_of_a_clip_is_kept_and_shown(alice: TestClient, worker: WorkerProgram) -> None:
    said = {
        "model": "motif",
        "seed": 0,
        "guidance": 7.5,
        "size": [320, 320],
        "libraries": {"torch": "2.13"},
        "revision": None,
        "compiled": True,
    }
    ask(alice)
    first, second = worker.claim(count=2)

    kept = worker.finish(first, provenance=said)
    worker.finish(second)

    assert kept.json()["provenance"] == said
    listed = alice.get(f"/api/v1/submissions/{first['submission']}/clips", params={"limit": 1}).json()
    assert [(clip["pair_id"], clip["provenance"]) for clip in listed["clips"]] == [(first["pair_id"], said)]
    rest = alice.get(
        f"/api/v1/submissions/{first['submission']}/clips", params={"cursor": listed["next_cursor"]}
    ).json()
    assert [clip["provenance"] for clip in rest["clips"]] == [None]


@pytest.mark.parametrize(
    "header",
    [
        "no base64!",
        "e30",  # base64 without its padding
        "WzFd",  # [1]
        "eyJhIjogTmFOfQ==",  # {"a": NaN}
        "eyJhIjogMWU5OTl9",  # {"a": 1e999}
        "eyJhIjogIlx1MDAwMCJ9",  # {"a": "\u0000"}
        "eyJhIjogIlx1ZDgwMCJ9",  # {"a": "\ud800"}
        "eyJhIjogW1tbMV1dXX0=",  # {"a": [[[1]]]}
        "eyJhIjogOTk5OTk5OTk5OTk5OTk5OTk5OTk5OX0=",  # {"a": 9999999999999999999999}
        "A" * 6000,
    ],
)
def test_a_provenance_that_cannot_be_stored_is_refused(
    alice: TestClient, worker: WorkerProgram, cast: Cast, header: str
) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    (job,) = worker.claim()
    before = traces(cast.context)

    refused(worker.finish(job, **{"Ti2v-Provenance": header}), 422, "bad_provenance")

    assert traces(cast.context) == before
