"""Asking for clips and finishing them over REST."""

import hashlib
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from tests.acting import refused
from tests.app.api.conftest import client_of, traces
from tests.app.generation.acting import WorkerProgram, ask, clip_for, jobs_of, worker_program
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_submission, small_clip


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


def test_asking_again_queues_nothing_twice(alice: TestClient, worker: WorkerProgram) -> None:
    first = ask(alice)
    worker.finish(worker.claim()[0])

    again = ask(alice)

    assert again == {"submissions": [{**first["submissions"][0], "jobs": 0}], "jobs": 0}
    assert sum(jobs_of(alice)["counts"].values()) == len(PAIR_IDS)


def test_a_clip_that_was_handed_in_is_not_asked_for(alice: TestClient, cast: Cast) -> None:
    make_submission(
        cast.installation, cast.alice, model="motif", label="asked", pair_ids=PAIR_IDS[:2], final=False
    )

    assert ask(alice)["jobs"] == len(PAIR_IDS) - 2


def test_some_pairs_can_be_asked_for_and_the_rest_later(alice: TestClient, worker: WorkerProgram) -> None:
    some = ask(alice, pairs=list(PAIR_IDS[:2]))
    for job in worker.claim(count=32):
        worker.finish(job)
    submission = some["submissions"][0]["id"]
    between = alice.get(f"/api/v1/submissions/{submission}").json()

    rest = ask(alice)

    assert (some["jobs"], rest["jobs"]) == (2, len(PAIR_IDS) - 2)
    # Nobody said that two clips are all: it stays open, so that the rest can follow.
    assert (between["status"], between["missing"]) == ("open", list(PAIR_IDS[2:]))


def test_each_seed_gets_a_submission_of_its_own(alice: TestClient, worker: WorkerProgram) -> None:
    asked = ask(alice, seeds=[3, 4], pairs=[PAIR_IDS[0]])

    assert [each["seed"] for each in asked["submissions"]] == [3, 4]
    labels = [alice.get(f"/api/v1/submissions/{each['id']}").json()["label"] for each in asked["submissions"]]
    assert labels == ["asked-seed3", "asked-seed4"]
    assert [job["seed"] for job in worker.claim(count=2)] == [3, 4]


def test_a_submission_holds_one_seed(alice: TestClient) -> None:
    ask(alice, seeds=[1])

    refused(
        alice.post(
            "/api/v1/jobs", json={"model": "motif", "benchmark": BENCHMARK, "label": "asked", "seeds": [2]}
        ),
        409,
        "seed_differs",
    )


def test_a_model_that_a_worker_offers_needs_no_registering(alice: TestClient, worker: WorkerProgram) -> None:
    assert worker.claim("drift") == []

    asked = ask(alice, model="drift")

    assert asked["jobs"] == len(PAIR_IDS)
    assert alice.get("/api/v1/models/drift").json()["name"] == "drift"


def test_an_unknown_model_is_refused_with_those_there_are(alice: TestClient, worker: WorkerProgram) -> None:
    worker.claim("drift", "static")

    answer = alice.post("/api/v1/jobs", json={"model": "nobodys", "benchmark": BENCHMARK})

    refused(answer, 422, "unknown_model")
    assert answer.json()["problems"] == ["drift", "static"]


def test_somebody_elses_model_is_theirs_unless_a_worker_offers_it(
    alice: TestClient, bob: TestClient, worker: WorkerProgram
) -> None:
    alice.put("/api/v1/models/mine", json={"name": "Mine"})
    asking = {"model": "mine", "benchmark": BENCHMARK, "label": "bobs"}
    before = bob.post("/api/v1/jobs", json=asking)
    worker.claim("mine")

    after = bob.post("/api/v1/jobs", json=asking)

    refused(before, 403, "forbidden")
    assert (after.status_code, after.json()["jobs"]) == (201, len(PAIR_IDS))


def test_a_clip_sent_again_changes_nothing_even_when_the_submission_is_final(
    alice: TestClient, worker: WorkerProgram, cast: Cast
) -> None:
    ask(alice, pairs=list(PAIR_IDS))
    jobs = worker.claim(count=32)
    first = [worker.finish(job) for job in jobs]
    before = traces(cast.installation)

    again = [worker.finish(job) for job in jobs]

    assert [answer.status_code for answer in again] == [200] * len(PAIR_IDS)
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert traces(cast.installation) == before
    refused(worker.finish(jobs[0], clip=small_clip(shade=119)), 409, "clip_exists")


def test_a_late_worker_is_told_so_and_its_bytes_are_not_kept(
    alice: TestClient, worker: WorkerProgram, cast: Cast
) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    (late,) = worker.claim()
    worker.post(late, "release")
    other = worker_program(cast.installation, "other-box")
    (current,) = other.claim()
    before = traces(cast.installation)

    refused(worker.finish(late, clip=small_clip(shade=118)), 409, "stale_attempt")

    assert traces(cast.installation) == before
    assert current["attempt"] == late["attempt"] + 1
    assert other.finish(current).status_code == 201
    refused(worker.finish(late), 409, "stale_attempt")


def test_the_number_of_anothers_attempt_opens_nothing(
    alice: TestClient, worker: WorkerProgram, cast: Cast
) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    (job,) = worker.claim()
    thief = worker_program(cast.installation, "thief")

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

    refused(worker.client.put(address, content=clip_for(job)), 404, "not_found")
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
def test_a_submission_that_closes_takes_its_jobs_along(
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
def test_a_provenance_nobody_can_keep_is_refused(
    alice: TestClient, worker: WorkerProgram, cast: Cast, header: str
) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    (job,) = worker.claim()
    before = traces(cast.installation)

    refused(worker.finish(job, **{"Ti2v-Provenance": header}), 422, "bad_provenance")

    assert traces(cast.installation) == before


def test_a_researcher_sees_their_own_jobs_alone(
    alice: TestClient, bob: TestClient, ada: TestClient, worker: WorkerProgram
) -> None:
    submission = ask(alice)["submissions"][0]["id"]
    (job,) = worker.claim()

    assert jobs_of(bob)["jobs"] == []
    assert len(jobs_of(ada)["jobs"]) == len(PAIR_IDS)
    for verb in ("cancel", "retry"):
        refused(bob.post(f"/api/v1/jobs/{job['id']}/{verb}"), 404, "not_found")
        refused(bob.post(f"/api/v1/jobs/{verb}", json={"submission": submission}), 404, "not_found")


def test_jobs_are_listed_page_by_page_and_by_status(alice: TestClient, worker: WorkerProgram) -> None:
    submission = ask(alice)["submissions"][0]["id"]
    (job,) = worker.claim()

    first = jobs_of(alice, limit="4", submission=submission)
    rest = jobs_of(alice, limit="4", submission=submission, cursor=first["next_cursor"])
    leased = jobs_of(alice, status="leased", model="motif")

    assert [each["pair_id"] for each in first["jobs"] + rest["jobs"]] == list(PAIR_IDS)
    assert rest["next_cursor"] is None
    assert [(each["id"], each["worker"], each["attempt"]) for each in leased["jobs"]] == [
        (job["id"], "gpu-box", 1)
    ]
    assert jobs_of(alice, model="cinemo")["jobs"] == []


def test_roles_keep_to_their_own_routes(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice)
    (job,) = worker.claim()
    as_researcher = replace(worker, client=alice)

    refused(as_researcher.try_to_claim("motif"), 403, "forbidden")
    for verb in ("renew", "release"):
        refused(as_researcher.post(job, verb), 403, "forbidden")
    refused(as_researcher.fail(job), 403, "forbidden")
    refused(alice.get(job["image_url"]), 403, "forbidden")
    refused(worker.client.get("/api/v1/jobs"), 403, "forbidden")
    refused(worker.client.post(f"/api/v1/jobs/{job['id']}/cancel"), 403, "forbidden")
    refused(
        worker.client.post("/api/v1/jobs", json={"model": "motif", "benchmark": BENCHMARK}), 403, "forbidden"
    )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"pairs": []}, "invalid_field"),
        ({"pairs": ["no_such_pair"]}, "unknown_pair"),
        ({"seeds": []}, "invalid_field"),
        ({"seeds": [1, 1]}, "invalid_field"),
        ({"seeds": [-1]}, "invalid_field"),
        ({"seeds": [2**32]}, "invalid_field"),
        ({"seeds": [0.5]}, "invalid_field"),
        ({"priority": 10**6}, "invalid_field"),
        ({"label": "two words"}, "invalid_field"),
        ({"label": "x" * 64, "seeds": [1, 2]}, "invalid"),
        ({"hurry": True}, "invalid_field"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    alice: TestClient, wrong: dict[str, object], code: str
) -> None:
    answer = alice.post("/api/v1/jobs", json={"model": "motif", "benchmark": BENCHMARK} | wrong)

    refused(answer, 422, code)
    assert jobs_of(alice)["jobs"] == []
