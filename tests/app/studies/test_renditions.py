"""Opening a study prepares its renditions in the background."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.media.store import content_key
from app.studies.renditions import prepare_renditions
from app.tables.studies import Comparison, Study
from app.tables.submissions import Clip, Rendition
from app.tables.tasks import Task
from app.tables.voting import Assignment
from app.tasks.runner import TaskRunner, TaskStopped
from benchmark.protocol import StudyStatus, TaskKind, TaskStatus
from tests.app.results.page_voters import signed_in
from tests.cast import Cast, enter

HANDLERS = {TaskKind.RENDITIONS: prepare_renditions}


def count(cast: Cast, table: type[Clip] | type[Rendition]) -> int:
    with cast.context.database.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def newest_task(cast: Cast) -> Task:
    with cast.context.database.read() as session:
        return session.scalars(select(Task).order_by(Task.id.desc())).first()


def test_every_clip_of_the_study_is_prepared(cast: Cast) -> None:
    cast.open_study()
    assert count(cast, Rendition) == 0

    TaskRunner(cast.context, HANDLERS).run_waiting()

    task = newest_task(cast)
    assert count(cast, Rendition) == count(cast, Clip)
    assert task.status is TaskStatus.DONE
    assert task.done == task.total > 0


@pytest.mark.parametrize("first", [0, -1])
def test_the_clips_that_annotators_get_next_are_prepared_first(
    first: int, cast: Cast, client: TestClient
) -> None:
    study = cast.open_study()
    with cast.context.database.write() as session:
        comparisons = session.scalars(select(Comparison).order_by(Comparison.id)).all()
        for key, comparison in enumerate(comparisons, start=1):
            comparison.shuffle_key = 0 if comparison is comparisons[first] else key

    def stop_after_one(done: int, total: int) -> None:
        if done:
            raise TaskStopped

    with pytest.raises(TaskStopped):
        prepare_renditions(cast.context, study.slug, stop_after_one)

    enter(client, study).post(f"/api/v1/studies/{study.slug}/assignments").raise_for_status()
    with cast.context.database.read() as session:
        prepared = set(session.scalars(select(Clip.pair_id).join(Rendition, Rendition.clip_id == Clip.id)))
        shown = session.execute(select(Assignment.pair_id)).scalar_one()
    assert prepared == {shown} == {comparisons[first].pair_id}


def test_a_second_run_makes_nothing_again(cast: Cast) -> None:
    cast.open_study()
    TaskRunner(cast.context, HANDLERS).run_waiting()
    before = count(cast, Rendition)
    with cast.context.database.write() as session:
        session.execute(select(Task).with_for_update()).scalar_one().status = TaskStatus.QUEUED

    TaskRunner(cast.context, HANDLERS).run_waiting()

    assert count(cast, Rendition) == before


def test_a_study_closed_meanwhile_needs_no_renditions(cast: Cast) -> None:
    study = cast.open_study()
    with cast.context.database.write() as session:
        session.execute(
            select(Study).where(Study.slug == study.slug)
        ).scalar_one().status = StudyStatus.CLOSED

    TaskRunner(cast.context, HANDLERS).run_waiting()

    assert count(cast, Rendition) == 0
    assert newest_task(cast).status is TaskStatus.DONE


def test_a_lost_clip_is_counted_and_the_others_are_prepared(cast: Cast) -> None:
    cast.open_study()
    with cast.context.database.read() as session:
        lost = session.scalars(select(Clip).limit(1)).one()
    cast.context.store.delete(content_key("clips", lost.sha256))

    TaskRunner(cast.context, HANDLERS).run_waiting()

    task = newest_task(cast)
    assert task.status is TaskStatus.FAILED
    assert "could not be prepared" in task.error
    assert count(cast, Rendition) > 0


def test_its_owner_reads_on_the_home_page_that_clips_are_being_prepared(cast: Cast) -> None:
    cast.open_study()
    alice = signed_in(cast.context, cast.alice)
    assert "Preparing clips" in alice.get("/").text

    TaskRunner(cast.context, HANDLERS).run_waiting()

    assert "Preparing clips" not in alice.get("/").text


def test_the_study_says_how_far_its_renditions_are(cast: Cast, client: TestClient) -> None:
    study = cast.open_study()
    address = f"/api/v1/studies/{study.slug}"
    before = client.get(address, headers=cast.alice.headers).json()["preparation"]

    TaskRunner(cast.context, HANDLERS).run_waiting()

    after = client.get(address, headers=cast.alice.headers).json()["preparation"]
    assert before == {"status": "queued", "done": 0, "total": 0, "error": ""}
    assert after == {"status": "done", "done": 12, "total": 12, "error": ""}
