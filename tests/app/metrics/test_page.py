"""The metrics page of a submission: permissions, form, and contents while clips wait for a worker."""

import pytest
from fastapi.testclient import TestClient

from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, jobs_of
from tests.app.metrics.acting import claim, measure_all, send_scores
from tests.app.results.page_voters import signed_in
from tests.cast import PAIR_IDS, Cast, make_submission
from tests.page_text import text_of


@pytest.fixture
def browser(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.alice)


def test_the_form_queues_a_job_for_each_clip_once_and_says_that_no_worker_offers_the_suite(
    cast: Cast, alice: TestClient, browser: TestClient, motif: str
) -> None:
    address = f"/submissions/{motif}/metrics"
    before = text_of(browser.get(address).text)
    for _ in range(2):
        answer = browser.post(address, data={"suite": "motion"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{address}#state")

    after = text_of(browser.get(address).text)
    assert "No suite was started." in before
    assert "0 of 6 clips measured" in after
    assert "No worker offers this suite." in after
    assert "--suites motion" in after
    assert jobs_of(alice, kind="measure")["counts"]["queued"] == len(PAIR_IDS)


def test_scores_settings_failures_and_downloads_are_shown(
    cast: Cast, alice: TestClient, browser: TestClient, worker: WorkerProgram, motif: str
) -> None:
    browser.post(f"/submissions/{motif}/metrics", data={"suite": "motion"})
    first, *rest = claim(worker)
    worker.fail(first, "bad_input", "The suite motion needs at least 3 frames, not 2.")
    for job in rest:
        send_scores(worker, job, {"first_frame_mse": 4.25})

    page = browser.get(f"/submissions/{motif}/metrics").text
    part = browser.get(f"/submissions/{motif}/metrics/progress").text

    for text in (text_of(page), text_of(part)):
        assert "5 of 6 clips measured · 1 failed" in text
        assert f"{PAIR_IDS[0]}: The suite motion needs at least 3 frames, not 2." in text
        assert "flow dis-medium, formulas 4, frames all" in text
        assert "4.2" in text
        assert "NaN" not in text
    assert f'href="/api/v1/submissions/{motif}/metrics/motion.latex"' in page
    assert browser.get(f"/api/v1/submissions/{motif}/metrics/motion.latex").status_code == 200


def test_a_running_suite_can_be_cancelled_and_failed_clips_retried(
    cast: Cast, alice: TestClient, browser: TestClient, worker: WorkerProgram, motif: str
) -> None:
    browser.post(f"/submissions/{motif}/metrics", data={"suite": "motion"})
    worker.fail(claim(worker, count=1)[0], "bad_input", "no")

    browser.post(f"/submissions/{motif}/metrics/motion/retry")
    queued = jobs_of(alice, kind="measure")["counts"]["queued"]
    browser.post(f"/submissions/{motif}/metrics/motion/cancel")

    assert queued == len(PAIR_IDS)
    assert jobs_of(alice, kind="measure")["counts"]["cancelled"] == len(PAIR_IDS)
    assert "6 cancelled" in text_of(browser.get(f"/submissions/{motif}/metrics").text)


def test_an_unknown_suite_and_an_open_submission_are_refused_with_a_sentence(
    cast: Cast, browser: TestClient, motif: str
) -> None:
    still_open = make_submission(
        cast.context, cast.alice, model="motif", label="open", pair_ids=PAIR_IDS[:1], final=False
    )

    unknown = browser.post(f"/submissions/{motif}/metrics", data={"suite": "beauty"})
    too_early = browser.post(f"/submissions/{still_open}/metrics", data={"suite": "motion"})

    assert (unknown.status_code, too_early.status_code) == (422, 409)
    assert "Choose a suite from the list." in unknown.text
    assert "Metrics are computed for final submissions only" in too_early.text
    assert "Compute metrics" not in too_early.text


def test_readers_see_the_scores_but_no_form_and_others_see_nothing(
    cast: Cast, alice: TestClient, worker: WorkerProgram, motif: str
) -> None:
    measure_all(alice, worker, motif)
    address = f"/submissions/{motif}/metrics"
    charlie = signed_in(cast.context, cast.charlie)
    hidden = charlie.get(address)
    alice.put(f"/api/v1/submissions/{motif}/visibility", json={"visibility": "public"})

    shown = charlie.get(address)

    assert hidden.status_code == 404
    assert "6 of 6 clips measured" in text_of(shown.text)
    assert "Compute metrics" not in shown.text
    assert charlie.post(address, data={"suite": "motion"}).status_code == 404
    assert charlie.post(f"{address}/motion/cancel").status_code == 404
    assert client_of(cast.context).get(address, headers={"Accept": "text/html"}).status_code == 401
    refused(
        client_of(cast.context, cast.alice).post(
            address, data={"suite": "motion"}, headers={"Sec-Fetch-Site": "cross-site"}
        ),
        403,
        "cross_site",
    )


def test_the_home_page_links_a_final_submission_to_its_metrics(browser: TestClient, motif: str) -> None:
    assert f'href="/submissions/{motif}"' in browser.get("/").text
    assert f'href="/submissions/{motif}/metrics"' in browser.get(f"/submissions/{motif}").text
