"""Jobs over REST: a researcher requests clips, and workers generate them."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, ask, jobs_of, worker_program
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_submission


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


def test_every_clip_is_made_and_the_last_one_makes_the_submission_final(either_cast: Cast) -> None:
    alice = client_of(either_cast.context, either_cast.alice)
    worker = worker_program(either_cast.context)
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


def test_no_job_is_created_for_an_uploaded_clip(alice: TestClient, cast: Cast) -> None:
    make_submission(
        cast.context, cast.alice, model="motif", label="asked", pair_ids=PAIR_IDS[:2], final=False
    )

    assert ask(alice)["jobs"] == len(PAIR_IDS) - 2


def test_jobs_for_other_pairs_can_be_added_later(alice: TestClient, worker: WorkerProgram) -> None:
    some = ask(alice, pairs=list(PAIR_IDS[:2]))
    for job in worker.claim(count=32):
        worker.finish(job)
    submission = some["submissions"][0]["id"]
    between = alice.get(f"/api/v1/submissions/{submission}").json()

    rest = ask(alice)

    assert (some["jobs"], rest["jobs"]) == (2, len(PAIR_IDS) - 2)
    # The request does not state that two clips are all, so the submission stays open for the other clips.
    assert (between["status"], between["missing"]) == ("open", list(PAIR_IDS[2:]))


def test_a_submission_holds_the_clips_of_every_seed(alice: TestClient, worker: WorkerProgram) -> None:
    asked = ask(alice, seeds=[3, 4], pairs=[PAIR_IDS[0]])

    assert [each["seed"] for each in asked["submissions"]] == [3, 4]
    assert len({each["id"] for each in asked["submissions"]}) == 1
    jobs = worker.claim(count=2)
    assert [job["seed"] for job in jobs] == [3, 4]
    assert [worker.finish(job).json()["seed"] for job in jobs] == [3, 4]
    clips = alice.get(f"/api/v1/submissions/{asked['submissions'][0]['id']}/clips").json()["clips"]
    assert [(clip["pair_id"], clip["seed"]) for clip in clips] == [(PAIR_IDS[0], 3), (PAIR_IDS[0], 4)]


def test_jobs_for_another_seed_can_be_added_later(alice: TestClient) -> None:
    first, again, other = ask(alice, seeds=[1]), ask(alice, seeds=[1]), ask(alice, seeds=[2])

    assert [each["jobs"] for each in (first, again, other)] == [len(PAIR_IDS), 0, len(PAIR_IDS)]
    assert first["submissions"][0]["id"] == other["submissions"][0]["id"]


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


def test_a_model_of_another_person_can_be_used_only_if_a_worker_offers_it(
    alice: TestClient, bob: TestClient, worker: WorkerProgram
) -> None:
    alice.put("/api/v1/models/mine", json={"name": "Mine"})
    asking = {"model": "mine", "benchmark": BENCHMARK, "label": "bobs"}
    before = bob.post("/api/v1/jobs", json=asking)
    worker.claim("mine")

    after = bob.post("/api/v1/jobs", json=asking)

    refused(before, 403, "forbidden")
    assert (after.status_code, after.json()["jobs"]) == (201, len(PAIR_IDS))


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
        ({"hurry": True}, "invalid_field"),
    ],
)
def test_a_job_request_that_makes_no_sense_is_refused(
    alice: TestClient, wrong: dict[str, object], code: str
) -> None:
    answer = alice.post("/api/v1/jobs", json={"model": "motif", "benchmark": BENCHMARK} | wrong)

    refused(answer, 422, code)
    assert jobs_of(alice)["jobs"] == []
