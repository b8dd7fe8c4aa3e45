"""Background tasks: one unfinished task per subject, one process per task, no loss if a server ends."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.tables.tasks import Task
from app.tasks import service
from app.tasks.runner import Progress, TaskFailed, TaskRunner
from benchmark.protocol import Role, TaskKind, TaskStatus
from tests.cast import Cast, make_actor

KIND = TaskKind.RENDITIONS
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def enqueue(context: AppContext, subject: str = "a-study") -> int:
    with context.database.write() as session:
        return service.enqueue(session, kind=KIND, subject=subject, now=NOW).id


def claim(context: AppContext, *, after_s: float = 0) -> Task | None:
    with context.database.write() as session:
        return service.claim(session, now=NOW + timedelta(seconds=after_s))


def stored(context: AppContext, task_id: int) -> Task:
    with context.database.read() as session:
        return session.get_one(Task, task_id)


def test_the_same_task_is_queued_once(either_installation: AppContext) -> None:
    assert enqueue(either_installation) == enqueue(either_installation)
    assert enqueue(either_installation) != enqueue(either_installation, "another-study")


def test_every_kind_of_task_can_be_queued(either_installation: AppContext) -> None:
    with either_installation.database.write() as session:
        for kind in TaskKind:
            service.enqueue(session, kind=kind, subject="a-study", now=NOW)


def test_a_finished_task_can_be_queued_again(either_installation: AppContext) -> None:
    first = enqueue(either_installation)
    claimed = claim(either_installation)
    assert claimed is not None
    with either_installation.database.write() as session:
        service.finish(session, task_id=first, attempt=claimed.attempt, now=NOW)

    assert enqueue(either_installation) != first


def test_a_task_is_claimed_once_and_again_when_its_lease_expires(either_installation: AppContext) -> None:
    enqueue(either_installation)

    first, second = claim(either_installation), claim(either_installation)
    third = claim(either_installation, after_s=service.LEASE_S + 1)

    assert first is not None
    assert second is None
    assert third is not None
    assert (first.attempt, third.attempt) == (1, 2)


def test_a_process_that_lost_its_lease_can_neither_report_nor_end_the_task(
    either_installation: AppContext,
) -> None:
    task_id = enqueue(either_installation)
    claim(either_installation)
    claim(either_installation, after_s=service.LEASE_S + 1)

    with either_installation.database.write() as session:
        assert not service.report(session, task_id=task_id, attempt=1, done=1, total=2, now=NOW)
        service.finish(session, task_id=task_id, attempt=1, now=NOW)

    assert stored(either_installation, task_id).status is TaskStatus.RUNNING


def test_a_failed_attempt_waits_and_the_last_one_ends_the_task(either_installation: AppContext) -> None:
    task_id = enqueue(either_installation)
    seconds = 0.0
    for attempt in range(1, service.MAX_ATTEMPTS + 1):
        assert claim(either_installation, after_s=seconds) is not None
        with either_installation.database.write() as session:
            at = NOW + timedelta(seconds=seconds)
            service.fail(session, task_id=task_id, attempt=attempt, error="No space.", is_final=False, now=at)
        if attempt < service.MAX_ATTEMPTS:
            assert claim(either_installation, after_s=seconds) is None, "it waits after a failure"
        seconds += service.FIRST_PAUSE_S * 2 ** (attempt - 1)

    task = stored(either_installation, task_id)
    assert (task.status, task.error) == (TaskStatus.FAILED, "No space.")


def test_a_task_that_ends_every_server_is_given_up(either_installation: AppContext) -> None:
    task_id = enqueue(either_installation)
    for attempt in range(service.MAX_ATTEMPTS):
        assert claim(either_installation, after_s=attempt * (service.LEASE_S + 1)) is not None

    assert claim(either_installation, after_s=service.MAX_ATTEMPTS * (service.LEASE_S + 1)) is None
    assert stored(either_installation, task_id).status is TaskStatus.FAILED


def test_the_runner_records_progress_and_the_end(context: AppContext) -> None:
    task_id = enqueue(context)
    seen = []

    def work(_context: AppContext, subject: str, progress: Progress) -> None:
        seen.append(subject)
        progress(3, 3)

    assert TaskRunner(context, {KIND: work}).run_waiting() == 1
    task = stored(context, task_id)
    assert seen == ["a-study"]
    assert (task.status, task.done, task.total) == (TaskStatus.DONE, 3, 3)


def test_the_owner_reads_why_a_task_failed(context: AppContext) -> None:
    task_id = enqueue(context)

    def work(_context: AppContext, _subject: str, _progress: Progress) -> None:
        raise TaskFailed("Two clips cannot be decoded.")

    TaskRunner(context, {KIND: work}).run_waiting()

    task = stored(context, task_id)
    assert (task.status, task.error) == (TaskStatus.FAILED, "Two clips cannot be decoded.")


def test_a_stopping_server_releases_its_task(context: AppContext) -> None:
    task_id = enqueue(context)
    started = threading.Event()

    def work(_context: AppContext, _subject: str, progress: Progress) -> None:
        started.set()
        while True:
            progress(1, 2)

    with TaskRunner(context, {KIND: work}).running():
        assert started.wait(timeout=60)

    task = stored(context, task_id)
    assert (task.status, task.attempt) == (TaskStatus.QUEUED, 0)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.WORKER])
def test_the_page_is_for_admins_and_researchers(cast: Cast, client: TestClient, role: Role) -> None:
    cast.open_study()
    reader = make_actor(cast.context, f"the {role}", role)

    assert client.get("/tasks", headers=cast.alice.headers).status_code == 200
    assert "motif-study" in client.get("/tasks", headers=cast.ada.headers).text
    assert client.get("/tasks", headers=reader.headers).status_code == 403
