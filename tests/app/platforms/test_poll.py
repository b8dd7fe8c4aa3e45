"""Without notifications, the server asks Prolific for the states of submissions."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.platforms.poll import poll_prolific
from app.settings import Settings
from app.tables.platforms import PlatformSession
from app.tables.studies import Comparison
from app.tables.tasks import Task
from app.tasks.runner import TaskRunner
from benchmark.protocol import SessionStatus, TaskKind, TaskStatus
from benchmark.wire.phases import Phases
from tests.acting import assign
from tests.app.api.conftest import client_of
from tests.app.platforms.prolific_api import IDS, STUDY_ID, ProlificApi, running_api, submission
from tests.cast import Cast, Study
from tests.conftest import settings_for

TOKEN = "the-token-of-the-lab"


@pytest.fixture(scope="module")
def running() -> Iterator[ProlificApi]:
    with running_api() as api:
        yield api


@pytest.fixture
def api(running: ProlificApi) -> ProlificApi:
    running.submissions, running.requests, running.fault = [], [], None
    return running


@pytest.fixture
def token() -> str | None:
    return TOKEN


@pytest.fixture
def context(
    migrated_sqlite: Path,
    tmp_path: Path,
    open_one: Callable[[Settings], AppContext],
    api: ProlificApi,
    token: str | None,
) -> AppContext:
    shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
    return open_one(settings_for(tmp_path, prolific_api_url=api.address, prolific_api_token=token))


@pytest.fixture
def study(cast: Cast, client: TestClient) -> Study:
    """A study on Prolific with one participant, who holds a comparison."""
    study = cast.open_study(others=["cinemo"], phases=Phases())
    sent = {"kind": "prolific", "study_id": STUDY_ID}
    owner = client_of(cast.context, cast.alice)
    assert owner.put(f"/api/v1/studies/{study.slug}/platform", json=sent).status_code == 200
    client.get(f"/studies/{study.slug}/join", params=IDS)
    assign(client, study)
    return study


def run_tasks(context: AppContext) -> None:
    handlers = {TaskKind.PLATFORM_POLL: poll_prolific, TaskKind.RENDITIONS: lambda *_: None}
    TaskRunner(context, handlers).run_waiting()


def tasks(context: AppContext) -> list[Task]:
    with context.database.read() as session:
        return list(session.scalars(select(Task).where(Task.kind == TaskKind.PLATFORM_POLL)))


def let_time_pass(context: AppContext) -> None:
    with context.database.write() as session:
        session.execute(update(Task).values(ready_at=utc_now()))


def slots_and_status(context: AppContext) -> tuple[int, SessionStatus]:
    with context.database.read() as session:
        taken = sum(session.scalars(select(Comparison.slots_taken)))
        return taken, session.scalars(select(PlatformSession.status)).one()


def test_a_returned_submission_frees_its_slot(context: AppContext, api: ProlificApi, study: Study) -> None:
    api.submissions = [submission("ACTIVE")]
    run_tasks(context)
    assert slots_and_status(context) == (1, SessionStatus.ACTIVE)
    (task,) = tasks(context)
    assert (task.status, task.attempt, task.error) == (TaskStatus.QUEUED, 0, "")
    assert timedelta(seconds=50) < task.ready_at - utc_now() < timedelta(seconds=61)

    others = [submission("APPROVED", id=f"{number:024}") for number in range(100)]
    api.submissions = [*others, submission("TIMED-OUT")]
    let_time_pass(context)
    run_tasks(context)
    assert slots_and_status(context) == (0, SessionStatus.TIMED_OUT)

    # Nobody is active, so the task ends without a further request.
    let_time_pass(context)
    requests = len(api.requests)
    run_tasks(context)
    assert len(api.requests) == requests
    assert [task.status for task in tasks(context)] == [TaskStatus.DONE]
    assert {authorization for _path, authorization in api.requests} == {f"Token {TOKEN}"}


def test_the_next_participant_starts_the_task_again(
    context: AppContext, client: TestClient, api: ProlificApi, study: Study
) -> None:
    api.submissions = [submission("RETURNED")]
    run_tasks(context)
    let_time_pass(context)
    run_tasks(context)

    client.get(f"/studies/{study.slug}/join", params=IDS | {"SESSION_ID": "60d9aadeb86739de712faee1"})

    assert [task.status for task in tasks(context)] == [TaskStatus.DONE, TaskStatus.QUEUED]


def test_a_fault_of_prolific_delays_the_task(context: AppContext, api: ProlificApi, study: Study) -> None:
    api.fault = 429

    run_tasks(context)

    (task,) = tasks(context)
    assert (task.status, task.error) == (
        TaskStatus.QUEUED,
        "Prolific did not answer as documented: HTTPStatusError. The server tries again.",
    )
    assert timedelta(minutes=4) < task.ready_at - utc_now()
    assert slots_and_status(context) == (1, SessionStatus.ACTIVE)


def test_a_wrong_token_is_explained(context: AppContext, api: ProlificApi, study: Study) -> None:
    api.fault = 401

    run_tasks(context)

    (task,) = tasks(context)
    assert task.status is TaskStatus.FAILED
    assert "Check TI2V_PROLIFIC_API_TOKEN" in task.error


@pytest.mark.parametrize("token", [None])
def test_without_a_token_nothing_is_asked(
    context: AppContext, api: ProlificApi, study: Study, token: str | None
) -> None:
    run_tasks(context)

    assert (tasks(context), api.requests) == ([], [])
