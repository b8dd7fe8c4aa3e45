"""The jobs page: permissions, contents and forms; a form that is sent twice creates jobs only once."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from benchmark.protocol import Role
from tests.app.api.conftest import alice, bob, client_of
from tests.app.jobs.acting import WorkerProgram, ask, jobs_of, worker_program
from tests.app.results.page_voters import signed_in
from tests.cast import BENCHMARK, PAIR_IDS, Cast, Study, enter, make_actor

__all__ = ["alice", "bob"]

PAGES = ("/jobs", "/jobs/progress")


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


def fill_in(client: TestClient, **typed: str) -> Response:
    form = {"model": "motif", "benchmark": BENCHMARK, "label": "asked"} | typed
    return client.post("/jobs", data=form, headers={"Accept": "text/html"}, follow_redirects=False)


def test_the_page_says_that_there_are_no_jobs(alice: TestClient) -> None:
    page = alice.get("/jobs").text

    assert "No clips requested yet" in page
    assert "No worker has connected in the last 24 hours" in page


def test_the_form_queues_a_job_for_each_clip_and_only_once(alice: TestClient) -> None:
    first = fill_in(alice)
    second = fill_in(alice)

    assert [answer.status_code for answer in (first, second)] == [303, 200]
    assert first.headers["location"] == "/jobs#state"
    assert "No jobs were queued: every requested clip is already stored or queued." in second.text
    assert jobs_of(alice)["counts"]["queued"] == len(PAIR_IDS)


def test_the_form_accepts_pairs_seeds_and_a_priority(alice: TestClient) -> None:
    fill_in(alice, pairs=f"{PAIR_IDS[0]}\r\n{PAIR_IDS[2]}\r\n", seeds="1, 2", priority="7")

    jobs = jobs_of(alice)["jobs"]
    assert [(job["pair_id"], job["seed"], job["priority"]) for job in jobs] == [
        (PAIR_IDS[0], 1, 7),
        (PAIR_IDS[2], 1, 7),
        (PAIR_IDS[0], 2, 7),
        (PAIR_IDS[2], 2, 7),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"model": ""}, "Choose a model"),
        ({"model": "nobodys"}, "Nobody registered this model"),
        ({"benchmark": "nowhere"}, "no such benchmark"),
        ({"benchmark": ""}, "Choose a benchmark"),
        ({"pairs": "no_such_pair"}, "does not contain these pairs of your list: number 1"),
        ({"seeds": "one"}, "Seeds must be whole numbers"),
        ({"seeds": "²"}, "Seeds must be whole numbers"),
        ({"seeds": "4294967296"}, "Give at most 16 seeds"),
        ({"label": "two words"}, "A label has at most"),
        ({"priority": "10000"}, "The priority must be"),
        ({"priority": "high"}, "The priority must be"),
    ],
)
def test_bad_input_is_reported_and_the_typed_text_is_kept(
    alice: TestClient, wrong: dict[str, str], said: str
) -> None:
    answer = fill_in(alice, **({"pairs": PAIR_IDS[1], "label": "kept"} | wrong))

    assert answer.status_code in (404, 422)
    assert said in answer.text
    assert "pairs" in wrong or f">{PAIR_IDS[1]}</textarea>" in answer.text
    assert "label" in wrong or 'value="kept"' in answer.text
    assert jobs_of(alice)["jobs"] == []


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.WORKER])
def test_to_others_the_page_does_not_exist(cast: Cast, role: Role, address: str) -> None:
    other = client_of(cast.context, make_actor(cast.context, "somebody", role))

    assert other.get(address).status_code == 404
    assert other.post("/jobs", data={"model": "motif", "benchmark": BENCHMARK}).status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_to_visitors_and_annotators_the_page_does_not_exist(
    client: TestClient, study: Study, address: str
) -> None:
    assert client.get(address).status_code == 404
    annotator = enter(client, study)
    assert annotator.get(address).status_code == 404


def test_another_researcher_neither_sees_nor_changes_the_jobs(
    alice: TestClient, bob: TestClient, worker: WorkerProgram
) -> None:
    submission = ask(alice)["submissions"][0]["id"]
    (job,) = worker.claim()
    worker.fail(job, message="alices trouble")

    page = bob.get("/jobs").text

    assert "alices trouble" not in page
    assert "motif@asked" not in page
    for address in (
        f"/jobs/submissions/{submission}/cancel",
        f"/jobs/submissions/{submission}/retry",
        f"/jobs/{job['id']}/retry",
    ):
        assert bob.post(address).status_code == 404
    assert jobs_of(alice)["counts"]["queued"] == len(PAIR_IDS)


def test_a_form_from_another_site_is_refused(alice: TestClient) -> None:
    submission = ask(alice)["submissions"][0]["id"]
    foreign = {"Origin": "https://elsewhere.example"}

    answers = [
        alice.post("/jobs", data={"model": "motif", "benchmark": BENCHMARK}, headers=foreign),
        alice.post(f"/jobs/submissions/{submission}/cancel", headers=foreign),
        alice.post(f"/jobs/submissions/{submission}/retry", headers=foreign),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert jobs_of(alice)["counts"]["queued"] == len(PAIR_IDS)


def test_without_a_worker_the_page_says_how_to_start_one(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice)
    before = alice.get("/jobs/progress").text
    worker.claim()

    after = alice.get("/jobs/progress").text

    assert "No worker offers this model." in before
    assert "ti2v worker --server http://127.0.0.1:8000 --key KEY --models motif" in before
    assert "No worker offers this model." not in after


def test_progress_workers_and_speed_are_shown(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice)
    first, _second = worker.claim(count=2)
    worker.finish(first)

    part = alice.get("/jobs/progress").text

    assert f"{len(PAIR_IDS) - 1} clips to come; one worker is online" in part
    assert f"1 made · 1 being made · {len(PAIR_IDS) - 2} waiting" in part
    assert "clips a minute, " in part
    assert "left" in part
    assert "A GPU (cuda:0)" in part
    assert "just now" in part or "second" in part


def test_a_failure_shows_its_kind_message_and_log_as_text(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice)
    (job,) = worker.claim()
    worker.fail(job, kind="out_of_memory", message="<b>14 GiB</b> is too much", log_tail="line 1\n<script>")

    part = alice.get("/jobs/progress").text

    assert "out of memory" in part
    assert "&lt;b&gt;14 GiB&lt;/b&gt; is too much" in part
    assert "line 1\n&lt;script&gt;" in part
    assert "retried in" in part


def test_cancelling_and_trying_again(alice: TestClient, worker: WorkerProgram) -> None:
    submission = ask(alice)["submissions"][0]["id"]
    first, second = worker.claim(count=2)
    worker.fail(first, kind="bad_input")

    alice.post(f"/jobs/submissions/{submission}/cancel")
    cancelled = jobs_of(alice)["counts"]
    alice.post(f"/jobs/submissions/{submission}/retry")
    alice.post(f"/jobs/{second['id']}/retry")

    assert (cancelled["cancelled"], cancelled["failed"]) == (len(PAIR_IDS) - 1, 1)
    assert jobs_of(alice)["counts"]["queued"] == 2


def test_a_form_of_a_finished_job_does_no_harm(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    (job,) = worker.claim()
    worker.finish(job)

    assert alice.post(f"/jobs/{job['id']}/retry").status_code == 409
    assert jobs_of(alice)["counts"]["done"] == 1


def test_an_open_submission_states_what_is_missing(alice: TestClient, worker: WorkerProgram) -> None:
    ask(alice, pairs=list(PAIR_IDS[:2]))
    first, second = worker.claim(count=2)
    worker.finish(first)
    worker.fail(second, kind="bad_input")

    part = alice.get("/jobs/progress").text

    assert f"Still open: {len(PAIR_IDS) - 1} clips missing. Retry the failed jobs." in part


def test_the_home_page_links_the_jobs_page_for_researchers(cast: Cast, client: TestClient) -> None:
    viewer = make_actor(cast.context, "victor", Role.VIEWER)
    link = 'href="/jobs"'

    assert link in signed_in(cast.context, cast.alice).get("/").text
    assert link not in signed_in(cast.context, viewer).get("/").text
    assert link not in client.get("/").text
