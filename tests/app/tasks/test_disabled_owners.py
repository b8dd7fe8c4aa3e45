"""A task has the rights of the person who started it, and loses them if the person is disabled."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.clock import utc_now
from app.context import AppContext
from app.gold_clips.task import make_in_background
from app.main import API
from app.security.identity import disable, enable
from app.server import TASK_HANDLERS
from app.tables.bench import Benchmark
from app.tables.people import Person
from app.tables.studies import Study
from app.tables.submissions import Submission
from app.tables.tasks import Task
from app.tasks.runner import Progress, TaskRunner
from app.tasks.service import enqueue
from benchmark.protocol import SubmissionStatus, TaskKind
from tests.app.api.conftest import client_of
from tests.app.benchmark_import import test_imports as benchmark_import
from tests.app.vote_import import test_over_rest as vote_import
from tests.cast import Actor, Cast

DISABLED = "The account of the person who started this task is disabled, so the task stopped."


def set_disabled(context: AppContext, actor: Actor, *, is_disabled: bool = True) -> None:
    with context.database.write() as session:
        person = session.get_one(Person, actor.principal.person_id)
        if is_disabled:
            disable(session, person, now=utc_now())
        else:
            enable(session, person)


def count(context: AppContext, *of: type[Any]) -> list[int]:
    with context.database.read() as session:
        return [session.scalars(select(func.count()).select_from(table)).one() for table in of]


def newest_task(context: AppContext) -> Task:
    with context.database.read() as session:
        return session.scalars(select(Task).order_by(Task.id.desc()).limit(1)).one()


def gold_clips(client: TestClient) -> Any:
    return client.post(f"{API}/submissions/motif/gold-clips", json={"count": 3})


def merge(client: TestClient) -> Any:
    headers = {"Content-Type": "application/zip"}
    address = f"{API}/studies/motif-study/merge?study=merged"
    return client.post(address, content=b"PK\x03\x04 the start of a ZIP file", headers=headers)


QUEUED: dict[TaskKind, Callable[[TestClient], Any]] = {
    TaskKind.BENCHMARK_IMPORT: lambda client: benchmark_import.send(client, benchmark_import.folder_as_zip()),
    TaskKind.VOTES_IMPORT: lambda client: vote_import.send(client, vote_import.table()),
    TaskKind.VOTES_MERGE: merge,
    TaskKind.GOLD_CLIPS: gold_clips,
}


@pytest.mark.parametrize("kind", QUEUED)
def test_a_task_of_a_disabled_person_fails_before_it_starts(
    cast: Cast, context: AppContext, kind: TaskKind
) -> None:
    cast.open_study("motif-study")  # the task of a merge needs a study
    before = count(context, Benchmark, Study, Submission)
    assert QUEUED[kind](client_of(context, cast.alice)).status_code == 202
    set_disabled(context, cast.alice)

    TaskRunner(context, TASK_HANDLERS).run_waiting()

    task = newest_task(context)
    assert (task.kind, task.status.value, task.attempt) == (kind, "failed", 1)
    assert task.error.startswith(DISABLED)
    assert count(context, Benchmark, Study, Submission) == before
    assert not list((context.settings.home / "media" / "imports").glob("*")), "the uploaded file is deleted"


def test_a_person_who_is_enabled_again_starts_the_task_again(cast: Cast, context: AppContext) -> None:
    alice = client_of(context, cast.alice)
    gold_clips(alice)
    set_disabled(context, cast.alice)
    TaskRunner(context, TASK_HANDLERS).run_waiting()
    set_disabled(context, cast.alice, is_disabled=False)

    gold_clips(alice)
    TaskRunner(context, TASK_HANDLERS).run_waiting()

    assert newest_task(context).status.value == "done"


def test_a_task_ends_between_its_steps_if_its_owner_is_disabled(cast: Cast, context: AppContext) -> None:
    class Disabling(Progress):
        def __call__(self, done: int, total: int) -> None:
            if done == 1:
                set_disabled(context, cast.alice)
            super().__call__(done, total)

    def work(context: AppContext, subject: str, progress: Progress) -> None:
        make_in_background(context, subject, Disabling(context, progress.task_id, 1, threading.Event()))

    gold_clips(client_of(context, cast.alice))
    TaskRunner(context, {**TASK_HANDLERS, TaskKind.GOLD_CLIPS: work}).run_waiting()

    task = newest_task(context)
    assert (task.status.value, task.error.startswith(DISABLED)) == ("failed", True)
    with context.database.read() as session:
        newest = session.scalars(select(Submission.status).order_by(Submission.id.desc()).limit(1)).one()
    assert newest is SubmissionStatus.OPEN, "the clips were not finalised"


def test_the_servers_own_tasks_go_on_for_a_disabled_owner(cast: Cast, context: AppContext) -> None:
    with context.database.write() as session:
        owner_id = cast.alice.principal.person_id
        kind = TaskKind.STUDY_DELETION
        enqueue(session, kind=kind, subject="a-study", owner_id=owner_id, now=utc_now())
    set_disabled(context, cast.alice)

    TaskRunner(context, {kind: lambda _context, _subject, progress: progress(1, 1)}).run_waiting()

    assert newest_task(context).status.value == "done"
