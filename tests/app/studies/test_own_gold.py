"""Gold questions from a lab's own clips: created in the sandbox, confirmed one by one, then asked."""

import io
import re
import threading

import av
import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.gold_clips.task import make_in_background
from app.server import TASK_HANDLERS
from app.tables.bench import Pair
from app.tables.gold_clips import GoldClip
from app.tables.studies import Comparison
from app.tables.submissions import Clip, Submission
from app.tables.tasks import Task
from app.tasks import service as tasks
from app.tasks.runner import Progress, TaskRunner, TaskStopped
from benchmark.protocol import GoldKind, GoldStatus, SubmissionStatus
from benchmark.wire.drafts import GoldRequest
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import PAIR_IDS, Cast
from tests.page_text import text_of

MAKE = {"count": "3", "kinds": [each.value for each in GoldKind]}


def page_of(cast: Cast) -> str:
    return f"/submissions/{cast.submission_ids['motif']}/gold"


def run_tasks(context: AppContext) -> None:
    TaskRunner(context, TASK_HANDLERS).run_waiting()


def make(cast: Cast, alice: TestClient, data: dict[str, object] = MAKE) -> Response:
    """Create gold questions; return the page that shows the gold questions."""
    progress = alice.post(page_of(cast), data=data)
    assert progress.url.path.startswith("/tasks/"), text_of(progress.text)
    run_tasks(cast.context)
    return alice.get(page_of(cast))


def pictures(content: bytes) -> list[np.ndarray]:  # type: ignore[type-arg]
    with av.open(io.BytesIO(content)) as file:
        return [frame.to_ndarray(format="gray").astype(int) for frame in file.decode(video=0)]


def differs(a: np.ndarray, b: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(np.abs(a - b).mean())


def test_wrong_clips_are_frozen_reversed_or_of_another_image(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)

    page = make(cast, alice)

    assert "0 of 3 confirmed" in text_of(page.text)
    urls = re.findall(r'<video src="([^"]+)"', page.text)
    clips = [pictures(alice.get(url).content) for url in urls]
    (right_1, frozen), (right_2, backwards), (right_3, other) = clips[:2], clips[2:4], clips[4:]
    assert {len(each) for each in clips} == {8}
    assert differs(frozen[0], right_1[0]) < 2
    assert differs(frozen[0], frozen[-1]) < 1 < differs(right_1[0], right_1[-1])
    assert differs(backwards[0], right_2[-1]) < 2
    assert differs(backwards[-1], right_2[0]) < 2
    assert differs(other[0], right_3[0]) > 0.5
    with context.database.read() as session:
        shapes = session.execute(select(Clip.width, Clip.height, Clip.frames, Clip.fps).distinct()).all()
    assert len(shapes) == 1  # nothing stands out


def test_only_confirmed_questions_are_asked(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)
    make(cast, alice)
    with pytest.raises(Exception, match="defines no gold questions"):
        cast.open_study(others=["cinemo"], gold=GoldRequest(count=1))
    with context.database.read() as session:
        query = (
            select(Pair.name).join(Clip, Clip.pair_id == Pair.id).join(GoldClip, GoldClip.clip_id == Clip.id)
        )
        first, second, third = session.scalars(query.order_by(GoldClip.clip_id))
    alice.post(f"{page_of(cast)}/{first}", data={"status": "confirmed"})
    alice.post(f"{page_of(cast)}/{second}", data={"status": "confirmed"})
    page = alice.post(f"{page_of(cast)}/{third}", data={"status": "rejected"})
    assert "2 of 3 confirmed" in text_of(page.text)

    cast.open_study(others=["cinemo"], gold=GoldRequest(count=2))

    with context.database.read() as session:
        asked = set(
            session.scalars(
                select(Pair.name).join(Comparison, Comparison.pair_id == Pair.id).where(Comparison.is_gold)
            )
        )
        decided = session.scalars(select(GoldClip.decided_by_id)).all()
    assert asked == {first, second}
    assert decided == [cast.alice.principal.person_id] * 3


def test_bad_requests_are_refused_and_the_set_can_be_made_again(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)
    for data in (
        {},
        MAKE | {"count": "0"},
        MAKE | {"count": "25"},
        {"count": "3"},
        MAKE | {"kinds": "blurred"},
        MAKE | {"kinds": ["frozen"] * 4},
    ):
        assert alice.post(page_of(cast), data=data).status_code == 422, data
    for person in (cast.bob, cast.charlie):
        stranger = signed_in(context, person)
        assert stranger.get(page_of(cast)).status_code == 404
        assert stranger.post(page_of(cast), data=MAKE).status_code == 404
        assert (
            stranger.post(f"{page_of(cast)}/{PAIR_IDS[0]}", data={"status": "confirmed"}).status_code == 404
        )
        assert stranger.post(f"{page_of(cast)}/discard").status_code == 404
    assert client_of(context).get(page_of(cast)).status_code == 401

    make(cast, alice)
    again = alice.post(page_of(cast), data=MAKE)
    assert again.status_code == 409
    assert "has gold clips already" in text_of(again.text)
    assert alice.post(f"{page_of(cast)}/nothing", data={"status": "confirmed"}).status_code == 404
    alice.post(f"{page_of(cast)}/discard")
    assert "0 of 1 confirmed" in text_of(make(cast, alice, MAKE | {"count": "1"}).text)
    with context.database.write() as session:
        session.execute(update(Clip).values(is_static=True))
    alice.post(f"{page_of(cast)}/discard")
    none = alice.post(page_of(cast), data=MAKE)
    assert (none.status_code, "No clip of this submission can be used" in text_of(none.text)) == (409, True)


def test_a_set_that_was_rejected_before_opening_gives_no_gold_questions(
    cast: Cast, context: AppContext
) -> None:
    alice = signed_in(context, cast.alice)
    make(cast, alice)
    with context.database.write() as session:
        session.execute(update(GoldClip).values(status=GoldStatus.CONFIRMED))
    body = {
        "slug": "mine",
        "title": "Mine",
        "benchmark": "tiny",
        "matchups": [{"reference": "motif", "other": "cinemo"}],
        "gold": {"count": 1},
    }
    assert alice.post("/api/v1/studies", json=body).status_code == 201
    with context.database.write() as session:
        session.execute(update(GoldClip).values(status=GoldStatus.REJECTED))

    refused(alice.post("/api/v1/studies/mine/open"), 409, "too_few_gold")


def test_the_page_shows_the_progress_and_refuses_a_second_task(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)
    first = alice.post(page_of(cast), data=MAKE)
    again = alice.post(page_of(cast), data=MAKE)
    other = alice.post(page_of(cast), data=MAKE | {"count": "2"})
    discarded = alice.post(f"{page_of(cast)}/discard")

    assert "Make gold clips" in text_of(first.text)
    assert again.url == first.url
    assert "Show the progress" in text_of(alice.get(page_of(cast)).text)
    for refusal in (other, discarded):
        assert refusal.status_code == 409
        assert "The server is making gold clips of this submission" in text_of(refusal.text)


def test_an_interrupted_task_starts_again(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)
    alice.post(page_of(cast), data=MAKE)
    with context.database.write() as session:
        task = tasks.claim(session, now=utc_now())
        assert task is not None
        number, attempt, subject = task.id, task.attempt, task.subject
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(TaskStopped):
        make_in_background(context, subject, Progress(context, number, attempt, stopping))
    with context.database.write() as session:
        tasks.release(session, task_id=number, attempt=attempt, ready_at=utc_now(), problem=None)

    run_tasks(context)

    assert "0 of 3 confirmed" in text_of(alice.get(page_of(cast)).text)
    with context.database.read() as session:
        assert len(session.scalars(select(GoldClip.clip_id)).all()) == 3
        made = session.scalars(select(Submission.status).order_by(Submission.id.desc()).limit(2)).all()
    assert [each.value for each in made] == ["final", "withdrawn"]


def test_a_clip_can_be_confirmed_only_after_all_clips_are_made(cast: Cast, context: AppContext) -> None:
    alice = client_of(context, cast.alice)
    path = "/api/v1/submissions/motif/gold-clips"
    alice.post(path, json={"count": 1})
    run_tasks(context)
    (clip,) = alice.get(path).json()["clips"]
    with context.database.write() as session:
        made = session.scalars(select(Submission).order_by(Submission.id.desc())).first()
        assert made is not None
        made.status = SubmissionStatus.OPEN

    refused(alice.put(f"{path}/{clip['pair']}", json={"status": "confirmed"}), 404, "unknown_clip")


def test_a_task_that_stopped_after_its_last_clip_has_a_result(cast: Cast, context: AppContext) -> None:
    alice = client_of(context, cast.alice)
    queued = alice.post("/api/v1/submissions/motif/gold-clips", json={"count": 2})
    with context.database.write() as session:
        task = tasks.claim(session, now=utc_now())
        assert task is not None
        number, attempt, subject = task.id, task.attempt, task.subject
    make_in_background(context, subject, Progress(context, number, attempt, threading.Event()))
    with context.database.write() as session:
        # The server stopped after it had finalised the submission, before it stored the result.
        session.get_one(Task, number).details = {"count": 2, "kinds": ["frozen"]}
        tasks.release(session, task_id=number, attempt=attempt, ready_at=utc_now(), problem=None)

    run_tasks(context)

    done = alice.get(queued.headers["location"]).json()
    assert (done["status"], done["result"]) == ("done", {"questions": 2})


def test_rest_and_client_make_confirm_and_discard(cast: Cast, context: AppContext) -> None:
    alice, bob = client_of(context, cast.alice), client_of(context, cast.bob)
    path = "/api/v1/submissions/motif/gold-clips"
    queued = alice.post(path, json={"count": 2, "kinds": ["frozen"]})
    refused(alice.post(path, json={"count": 3}), 409, "gold_clips_running")
    refused(alice.post(path, json={"count": 25}), 422, "invalid_field")
    refused(alice.post(path, json={"kinds": []}), 422, "invalid_field")
    refused(bob.get(path), 404, "not_found")
    run_tasks(context)

    task = alice.get(queued.headers["location"]).json()
    first, second = alice.get(path).json()["clips"]
    decided = alice.put(f"{path}/{first['pair']}", json={"status": "confirmed"})
    refused(alice.put(f"{path}/nothing", json={"status": "confirmed"}), 404, "unknown_clip")
    refused(alice.post(path, json={"count": 2}), 409, "gold_clips_exist")

    assert queued.status_code == 202
    assert (task["kind"], task["status"], task["result"]) == ("gold_clips", "done", {"questions": 2})
    assert {first["kind"], second["kind"]} == {"frozen"}
    assert (decided.json()["status"], second["status"]) == ("confirmed", "proposed")
    assert alice.delete(path).status_code == 204
    assert alice.get(path).json() == {"submission": None, "clips": []}
    assert alice.delete(path).status_code == 204
