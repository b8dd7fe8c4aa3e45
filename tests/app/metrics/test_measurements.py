"""Measurement of a submission's clips over REST: jobs, leases, scores and permissions."""

import hashlib

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.tables.metric_scores import MetricScore
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, ask, jobs_of, worker_program
from tests.app.metrics.acting import (
    SETTINGS,
    claim,
    clip_of,
    measure_all,
    scores_of,
    send_scores,
    start,
)
from tests.app.video_models.test_deletion import counts, end_grace_period, withdrawn
from tests.cast import PAIR_IDS, Cast, make_submission, small_clip


def test_every_clip_is_measured_once_and_the_means_are_over_pairs(either_cast: Cast) -> None:
    alice = client_of(either_cast.context, either_cast.alice)
    worker = worker_program(either_cast.context)
    motif = either_cast.submission_ids["motif"]

    queued = start(alice, motif).json()
    measure_all(alice, worker, motif)

    table = scores_of(alice, motif)
    assert queued == {"jobs": 2}
    assert start(alice, motif).json() == {"jobs": 0}
    assert claim(worker) == []
    # The scores are 1 and 2.
    assert table["means"]["mean_flow"] == {"mean": 1.5, "seed_sd": None, "pairs": 2, "direction": "none"}
    assert (table["name"], table["settings"]) == ("motif", SETTINGS)
    # The submission itself has clips of two of the six pairs.
    assert table["partial"] is True
    assert table["pairs"] == {"scored": 2, "expected": len(PAIR_IDS)}
    assert [clip["pair"] for clip in table["clips"]] == list(PAIR_IDS[:2])
    assert table["clips"][0]["clip"]["width"] == 64.0


def test_a_claimed_job_names_the_clip_the_image_and_the_prompt(
    alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    start(alice, motif)

    job = claim(worker, count=1)[0]

    clip = clip_of(worker, job)
    assert (job["suite"], job["pair_id"], job["scenario"]) == ("motion", PAIR_IDS[0], "kite")
    assert job["prompt"] == "it moves to the left"
    assert hashlib.sha256(clip.content).hexdigest() == job["clip_sha256"]
    assert clip.headers["content-type"] == "video/mp4"
    assert worker.client.get(job["image_url"]).status_code == 200


def test_a_worker_reads_clips_only_of_jobs_that_it_holds(
    cast: Cast, alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    other = worker_program(cast.context, "elsewhere")
    start(alice, motif)
    job = claim(worker, count=1)[0]

    refused(clip_of(other, job), 409, "stale_attempt")
    refused(clip_of(worker, job, attempt=job["attempt"] + 1), 409, "stale_attempt")
    refused(alice.get(f"/api/v1/jobs/{job['id']}/clip", params={"attempt": 1}), 403, "forbidden")
    worker.post(job, "release")
    refused(clip_of(worker, job), 409, "stale_attempt")


def test_a_job_that_generates_a_clip_has_no_clip_to_read_and_accepts_no_scores(
    alice: TestClient, worker: WorkerProgram
) -> None:
    ask(alice)
    job = worker.claim()[0]

    refused(clip_of(worker, job), 404, "not_found")
    refused(send_scores(worker, job, {"loop": 0.0}), 404, "not_found")


def test_scores_of_an_old_attempt_are_refused_and_scores_sent_twice_are_stored_once(
    alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    start(alice, motif)
    old = claim(worker, count=1)[0]
    worker.post(old, "release")
    new = claim(worker, count=1)[0]

    refused(send_scores(worker, old, {"mean_flow": 9.0}), 409, "stale_attempt")
    first = send_scores(worker, new, {"mean_flow": 2.0})
    second = send_scores(worker, new, {"mean_flow": 2.0})

    assert old["id"] == new["id"]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["status"] == "done"
    assert scores_of(alice, motif)["clips"][0]["values"] == {"mean_flow": 2.0}


@pytest.mark.parametrize(
    ("values", "refusals", "code"),
    [
        ({"mean_flow": 1e301}, {}, "invalid_field"),
        ({"mean_flow": None}, {}, "invalid_field"),
        ({"beauty": 1.0}, {}, "unknown_metric"),
        ({"loop": 1.0}, {"loop": "no"}, "unknown_metric"),
        ({}, {"loop": "too short"}, "no_score"),
    ],
)
def test_scores_that_are_no_numbers_or_no_metrics_of_the_suite_are_refused(
    alice: TestClient,
    worker: WorkerProgram,
    motif: str,
    values: dict[str, float],
    refusals: dict[str, str],
    code: str,
) -> None:
    start(alice, motif)
    job = claim(worker, count=1)[0]

    refused(send_scores(worker, job, values, refused=refusals), 422, code)
    refused(alice.get(f"/api/v1/submissions/{motif}/metrics/motion"), 404, "not_measured")


def test_nan_is_refused(alice: TestClient, worker: WorkerProgram, motif: str) -> None:
    start(alice, motif)
    job = claim(worker, count=1)[0]
    body = f'{{"attempt": {job["attempt"]}, "settings": {{}}, "values": {{"mean_flow": NaN}}}}'

    answer = worker.client.put(
        f"/api/v1/jobs/{job['id']}/scores", content=body, headers={"Content-Type": "application/json"}
    )

    refused(answer, 400, "not_json")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_the_database_itself_refuses_nan(either_cast: Cast, value: float | None) -> None:
    alice = client_of(either_cast.context, either_cast.alice)
    measure_all(alice, worker_program(either_cast.context), either_cast.submission_ids["motif"])
    row = {"clip_id": 1, "metric": "another", "settings_id": 1, "value": value}

    with (
        pytest.raises(IntegrityError),
        either_cast.context.database.write() as session,
    ):
        session.execute(insert(MetricScore), [row])


def test_a_clip_that_cannot_be_measured_is_a_failed_job_with_a_sentence(
    alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    start(alice, motif)
    first, *rest = claim(worker)
    why = "The suite motion needs at least 3 frames, not 2."
    worker.fail(first, "bad_input", why)
    for job in rest:
        send_scores(worker, job, {"mean_flow": 2.0})

    table = scores_of(alice, motif)
    progress = alice.get(f"/api/v1/submissions/{motif}/metrics").json()

    (motion,) = [each for each in progress["suites"] if each["suite"] == "motion"]
    assert motion["counts"]["failed"] == 1
    assert motion["failures"] == [{"pair_id": PAIR_IDS[0], "seed": 0, "message": why}]
    assert table["clips"][0]["refused"] == {"clip": why}
    assert table["means"]["mean_flow"]["pairs"] == len(PAIR_IDS) - 1
    # Every clip was looked at, so the table is complete; the note says how many have no score.
    assert table["partial"] is False
    note = alice.get(f"/api/v1/submissions/{motif}/metrics/motion.markdown").text
    assert "clip: 1 of 6 clips without a score." in note


def test_a_table_is_partial_until_every_clip_was_measured(
    alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    start(alice, motif)
    send_scores(worker, claim(worker, count=1)[0], {"mean_flow": 2.0})

    assert scores_of(alice, motif)["partial"] is True
    note = alice.get(f"/api/v1/submissions/{motif}/metrics/motion.markdown").text
    assert "PARTIAL: 1 of 6 pairs, 5 of 6 clips not measured" in note


def test_the_spread_is_between_the_means_of_the_seeds(
    cast: Cast, alice: TestClient, worker: WorkerProgram
) -> None:
    submission = make_submission(
        cast.context, cast.alice, model="motif", label="two-seeds", pair_ids=PAIR_IDS[:1], final=False
    )
    alice.put(f"/api/v1/submissions/{submission}/clips/{PAIR_IDS[0]}?seed=3", content=small_clip(shade=99))
    alice.post(f"/api/v1/submissions/{submission}/finalise", json={"allow_partial": True})

    measure_all(alice, worker, "motif@two-seeds", base=1.0)

    table = scores_of(alice, "motif@two-seeds")
    # One pair with the scores 1 (seed 0) and 2 (seed 3): the mean is 1.5, the SD of 1 and 2 is 0.7071.
    assert table["name"] == "motif@two-seeds"
    assert table["means"]["mean_flow"]["mean"] == 1.5
    assert table["means"]["mean_flow"]["seed_sd"] == pytest.approx(0.70711, abs=1e-5)
    assert table["pairs"] == {"scored": 1, "expected": len(PAIR_IDS)}
    assert table["partial"] is True


def test_means_never_mix_settings_and_change_when_the_new_scores_are_complete(
    alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    measure_all(alice, worker, motif, base=1.0)

    again = start(alice, motif, again=True).json()
    first, *rest = claim(worker)
    newer = SETTINGS | {"formulas": "5"}
    send_scores(worker, first, {"mean_flow": 100.0}, settings=newer)
    between = scores_of(alice, motif)
    for job in rest:
        send_scores(worker, job, {"mean_flow": 100.0}, settings=newer)
    after = scores_of(alice, motif)

    assert again == {"jobs": len(PAIR_IDS)}
    assert between["means"]["mean_flow"]["mean"] == 3.5
    assert after["means"]["mean_flow"]["mean"] == 100.0
    assert after["settings"]["formulas"] == "5"


def test_a_setting_named_like_a_metric_belongs_to_this_metric(
    alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    start(alice, motif, "vbench-i2v")
    for number, job in enumerate(claim(worker, "vbench-i2v")):
        networks = {"dynamic_degree": "raft"} if number else {"dynamic_degree": "raft", "camera_motion": "ct"}
        values = {"dynamic_degree": 1.0, "temporal_flickering": 0.5}
        send_scores(worker, job, values, settings={"resize": "published", **networks})

    table = scores_of(alice, motif, "vbench-i2v")

    # The other network of one clip does not split the scores of the two dimensions.
    assert table["means"]["dynamic_degree"]["pairs"] == len(PAIR_IDS)
    assert table["settings"] == {"dynamic_degree": "raft", "resize": "published"}
    assert table["totals"] == {"quality_score": None, "i2v_score": None, "total_score": None}
    assert "camera_motion" in table["not_computed"]


def test_measuring_can_be_cancelled_and_retried(alice: TestClient, worker: WorkerProgram, motif: str) -> None:
    start(alice, motif)
    held = claim(worker, count=1)[0]

    cancelled = alice.post("/api/v1/jobs/cancel", json={"submission": motif, "suite": "motion"}).json()
    refused(send_scores(worker, held, {"mean_flow": 1.0}), 409, "cancelled")
    assert start(alice, motif).json() == {"jobs": len(PAIR_IDS)}
    job = claim(worker, count=1)[0]
    worker.fail(job, "bad_input", "no")
    retried = alice.post("/api/v1/jobs/retry", json={"submission": motif, "suite": "motion"}).json()

    assert cancelled == {"jobs": len(PAIR_IDS)}
    assert retried == {"jobs": 1}
    assert jobs_of(alice, kind="measure")["counts"]["queued"] == len(PAIR_IDS)


def test_jobs_of_one_kind_do_not_touch_jobs_of_the_other(
    cast: Cast, alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    start(alice, motif)

    assert worker.claim("motif", "cinemo") == []
    assert claim(worker, "animate-bench") == []
    assert alice.post("/api/v1/jobs/cancel", json={"submission": motif}).json() == {"jobs": 0}
    assert jobs_of(alice, kind="generate")["jobs"] == []
    listed = jobs_of(alice, kind="measure")["jobs"][0]
    assert (listed["kind"], listed["suite"], listed["model"]) == ("measure", "motion", "motif")


def test_only_a_final_submission_is_measured_and_a_withdrawn_one_no_longer(
    cast: Cast, alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    still_open = make_submission(
        cast.context, cast.alice, model="motif", label="open", pair_ids=PAIR_IDS[:1], final=False
    )
    refused(start(alice, still_open), 409, "submission_not_final")
    start(alice, motif)
    alice.post(f"/api/v1/submissions/{motif}/withdraw", json={"reason": "wrong clips"})

    assert claim(worker) == []
    refused(start(alice, motif), 409, "submission_not_final")
    body = {"submission": motif, "suite": "motion"}
    refused(alice.post("/api/v1/jobs/retry", json=body), 409, "submission_not_final")


def test_only_people_who_see_the_submission_see_its_scores_and_only_its_owner_starts(
    cast: Cast, alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    measure_all(alice, worker, motif)
    charlie = client_of(cast.context, cast.charlie)
    ada = client_of(cast.context, cast.ada)
    address = f"/api/v1/submissions/{motif}/metrics"

    for hidden in (address, f"{address}/motion", f"{address}/motion.csv"):
        refused(charlie.get(hidden), 404, "not_found")
        refused(client_of(cast.context).get(hidden), 401, "not_signed_in")
        assert ada.get(hidden).status_code == 200
    refused(start(charlie, motif), 404, "not_found")
    alice.put(f"/api/v1/submissions/{motif}/visibility", json={"visibility": "public"})
    assert charlie.get(f"{address}/motion").status_code == 200
    refused(start(charlie, motif), 404, "not_found")
    refused(worker.client.get(f"{address}/motion"), 403, "forbidden")


@pytest.mark.parametrize(
    ("file_format", "start_of_text"),
    [
        ("csv", "model,partial,pair,scenario,seed,mean_flow,"),
        ("json", '{\n  "suite": "motion",\n  "name": "motif"'),
        ("markdown", "| | Mean flow"),
        ("latex", "% Suite motion, computed here. 6 pairs."),
    ],
)
def test_scores_are_exported_like_those_of_a_folder(
    alice: TestClient, worker: WorkerProgram, motif: str, file_format: str, start_of_text: str
) -> None:
    measure_all(alice, worker, motif)

    answer = alice.get(f"/api/v1/submissions/{motif}/metrics/motion.{file_format}")

    assert answer.text.startswith(start_of_text)
    assert 'filename="motif-motion.' in answer.headers["content-disposition"]


def test_a_replaced_clip_cannot_keep_its_scores(cast: Cast, alice: TestClient, motif: str) -> None:
    """Only final submissions have scores, and their clips never change; so a score always fits its clip."""
    answer = alice.put(
        f"/api/v1/submissions/{motif}/clips/{PAIR_IDS[0]}?replace=true", content=small_clip(shade=77)
    )

    refused(answer, 409, "submission_not_open")


def test_scores_and_jobs_of_a_deleted_submission_are_removed(
    cast: Cast, alice: TestClient, worker: WorkerProgram
) -> None:
    submission = make_submission(cast.context, cast.alice, model="motif", label="extra", shade=77)
    measure_all(alice, worker, submission)
    address = withdrawn(alice, submission)

    alice.post(f"{address}/delete", json={"name": "motif@extra"})
    end_grace_period(cast.context)

    left = counts(cast.context)
    assert (left["metric_scores"], left["jobs"]) == (0, 0)
