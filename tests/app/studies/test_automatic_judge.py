"""The automatic judge votes in a draft; such a study has its own kind, separate from studies with people."""

from typing import Any

from fastapi.testclient import TestClient

from app.context import AppContext
from benchmark.votes.read import load_votes
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, worker_program
from tests.app.metrics.acting import claim, send_scores, start
from tests.app.results.page_voters import PAGE, signed_in
from tests.cast import BENCHMARK, PAIR_IDS, Cast, set_the_stage
from tests.page_text import text_of

STUDIES = "/api/v1/studies"
TRUE = {"first_frame_mse": 0.0, "share_inside": 0.9, "direction_error": 0.0, "amount_ratio": 1.0}


def measured(
    cast: Cast, alice: TestClient, worker: WorkerProgram, **values_of: list[dict[str, float]]
) -> None:
    """Measure the clips of each model; one entry per pair, in the order of PAIR_IDS."""
    for model, values in values_of.items():
        assert start(alice, cast.submission_ids[model]).status_code == 201
        for job in claim(worker):
            of_pair = values[PAIR_IDS.index(job["pair_id"])]
            assert send_scores(worker, job, of_pair).status_code == 200


def draft(cast: Cast, alice: TestClient, slug: str = "judged", **more: Any) -> dict[str, Any]:
    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    body = {
        "slug": slug,
        "title": "MotiF against Cinemo",
        "benchmark": BENCHMARK,
        "matchups": [sides],
        **more,
    }
    answer = alice.post(STUDIES, json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def test_the_judge_votes_in_a_study_that_is_marked_as_automatic(
    either_installation: AppContext, tmp_path: Any
) -> None:
    cast = set_the_stage(either_installation, pairs=3)
    alice, worker = client_of(cast.context, cast.alice), worker_program(cast.context)
    turned = TRUE | {"direction_error": 180.0}
    measured(cast, alice, worker, motif=[TRUE, TRUE, turned], cinemo=[TRUE, turned, TRUE])
    draft(cast, alice, hourly_pay={"per_hour": "12.00", "currency": "GBP"})

    judged = alice.post(f"{STUDIES}/judged/judge").json()

    assert (judged["kind"], judged["status"], judged["votes"]) == ("automatic", "closed", 2)
    assert_no_votes_missing(cast, alice, votes=2)
    assert alice.get(f"{STUDIES}/judged/check").json() == {"differences": []}
    rows = alice.get(f"{STUDIES}/judged/exports/preferences.json").json()
    assert [(row["ti2v_score_reference_n"], row["ti2v_score_other_n"]) for row in rows] == [(1, 1)]
    assert rows[0]["text_alignment_reference_n"] == 1
    document = alice.get(f"{STUDIES}/judged/protocols").json()["protocols"][0]["document"]
    assert document["judge"] | {"votes": 2, "ties": 1, "not_measured": 0} == document["judge"]
    exported = tmp_path / "votes.csv"
    exported.write_bytes(alice.get(f"{STUDIES}/judged/exports/votes.csv").content)
    votes, _ = load_votes(exported)
    assert (len(votes), votes.counted, votes.annotators) == (2, "automatic", ("automatic-judge",))
    page = signed_in(cast.context, cast.alice).get("/studies/judged/results", headers=PAGE).text
    assert "An automatic judge cast these votes" in page
    assert "No person voted" in page
    assert "People preferred" not in page
    assert_no_agreement(alice)


def assert_no_votes_missing(cast: Cast, alice: TestClient, *, votes: int) -> None:
    """Check that no list or page expects a vote for a comparison without a vote of the judge."""
    assert alice.get(f"{STUDIES}/judged").json()["votes_wanted"] == votes
    dashboard = alice.get(f"{STUDIES}/judged/dashboard").json()
    assert (dashboard["votes"], dashboard["votes_wanted"], dashboard["hours_left"]) == (votes, votes, 0)
    assert dashboard["cost"] is None
    pages = signed_in(cast.context, cast.alice)
    assert f"{votes} of {votes} votes" in text_of(pages.get("/", headers=PAGE).text)


def assert_no_agreement(alice: TestClient) -> None:
    """Check that no page, table or figure compares metrics with the votes of the judge."""
    reason = "No metric is compared with these votes"
    for page in ("results", "metrics", "results/1"):
        text = text_of(alice.get(f"/studies/judged/{page}", headers=PAGE).text)
        assert reason in text, page
        assert "Agreement with people" not in text
        assert "Agreement of each metric with the votes 0" not in text
    exports = f"{STUDIES}/judged/exports"
    for table in ("metric_agreement", "metric_covariates"):
        assert alice.get(f"{exports}/{table}.json").json() == []
        assert reason in alice.get(f"{exports}/{table}.markdown").text
    refused(alice.get(f"{STUDIES}/judged/figures/metric-agreement.svg"), 409, "cannot_draw")


def test_people_vote_in_a_duplicate(cast: Cast) -> None:
    alice, worker = client_of(cast.context, cast.alice), worker_program(cast.context)
    half = TRUE | {"amount_ratio": 0.5}
    measured(cast, alice, worker, motif=[TRUE] * 6, cinemo=[half] * 6)
    draft(cast, alice)
    assert alice.post(f"{STUDIES}/judged/judge").status_code == 200

    copy = alice.post(f"{STUDIES}/judged/duplicate", json={"slug": "people"}).json()

    assert (copy["kind"], copy["status"], copy["votes_per_comparison"]) == ("human", "draft", 5)
    assert copy["require_justification"] is True
    refused(alice.post(f"{STUDIES}/judged/judge"), 409, "study_status")
    refused(alice.post(f"{STUDIES}/judged/reopen"), 409, "study_kind")
    refused(client_of(cast.context, cast.bob).post(f"{STUDIES}/people/judge"), 404, "not_found")
    one_vote = {"reason": "wrong", "matchup": "motif:cinemo", "pair": PAIR_IDS[0]}
    address = f"{STUDIES}/judged/annotators/automatic-judge/exclude"
    refused(alice.post(address, json=one_vote), 409, "votes_automatic")
    pages = signed_in(cast.context, cast.alice)
    page = pages.get("/studies/judged/annotators/automatic-judge").text
    assert "The automatic judge is a program" in text_of(page)
    assert 'name="reason"' not in page
    overview = text_of(pages.get("/annotators").text)
    assert "takes part" not in overview


def test_clips_without_scores_or_without_a_true_motion_are_not_judged(cast: Cast) -> None:
    alice, worker = client_of(cast.context, cast.alice), worker_program(cast.context)
    draft(cast, alice)

    answer = alice.post(f"{STUDIES}/judged/judge")

    refused(answer, 409, "not_measured")
    assert set(answer.json()["problems"]) == {"cinemo", "motif"}
    measured(cast, alice, worker, motif=[{"mean_flow": 1.0}] * 6, cinemo=[{"mean_flow": 2.0}] * 6)
    refused(alice.post(f"{STUDIES}/judged/judge"), 409, "no_true_motion")
    assert alice.get(f"{STUDIES}/judged").json()["status"] == "draft"


def test_a_draft_with_parts_for_people_is_not_judged(cast: Cast) -> None:
    alice = client_of(cast.context, cast.alice)
    draft(cast, alice, phases={"instructions": {"text": "Watch both clips."}})

    refused(alice.post(f"{STUDIES}/judged/judge"), 409, "study_kind")
