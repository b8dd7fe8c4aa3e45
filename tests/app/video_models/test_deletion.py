"""Deletion of submissions and models: confirmation by name, grace period, removal of rows and files."""

import re
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.clock import utc_now
from app.context import AppContext
from app.main import API
from app.media.store import MediaMissing, content_key
from app.server import TASK_HANDLERS
from app.tables import Base
from app.tables.audit import AuditEvent
from app.tables.studies import Study
from app.tables.submissions import Clip, Submission, VideoModel
from app.tables.tasks import Task
from app.tasks.runner import TaskRunner
from benchmark.client.client import Client
from benchmark.protocol import TaskStatus
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import close, fill_panels, signed_in
from tests.cast import Cast, make_submission, set_the_stage
from tests.conftest import serving
from tests.page_text import text_of


def end_grace_period(context: AppContext) -> None:
    """Let two weeks pass, and run the tasks that are due."""
    past = utc_now() - timedelta(seconds=1)
    with context.database.write() as session:
        for table in (Study, Submission, VideoModel):
            session.execute(update(table).where(table.deletes_at.is_not(None)).values(deletes_at=past))
        session.execute(update(Task).values(ready_at=past))
    TaskRunner(context, TASK_HANDLERS).run_waiting()


def counts(context: AppContext) -> dict[str, int]:
    with context.database.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name not in ("audit_events", "audit_hashes", "tasks")
        }


def is_stored(context: AppContext, sha256: str) -> bool:
    try:
        return context.store.size(content_key("clips", sha256)) > 0
    except MediaMissing:
        return False


def withdrawn(client: TestClient, public_id: str) -> str:
    address = f"{API}/submissions/{public_id}"
    assert client.post(f"{address}/withdraw", json={"reason": "a test"}).status_code == 200
    return address


def test_a_deleted_submission_is_removed_with_its_files_after_the_grace_period(
    either_installation: AppContext,
) -> None:
    context = either_installation
    cast = set_the_stage(context)
    before = counts(context)
    public_id = make_submission(context, cast.alice, model="motif", label="extra", shade=77)
    with context.database.read() as session:
        row = session.scalars(select(Submission.id).where(Submission.public_id == public_id)).one()
        hashes = session.scalars(select(Clip.sha256).where(Clip.submission_id == row)).all()
    alice = client_of(context, cast.alice)
    address = withdrawn(alice, public_id)

    deleted = alice.post(f"{address}/delete", json={"name": "motif@extra"})
    TaskRunner(context, TASK_HANDLERS).run_waiting()
    assert (deleted.status_code, alice.get(address).status_code) == (202, 200)
    assert all(is_stored(context, each) for each in hashes)
    end_grace_period(context)

    assert counts(context) == before
    assert not any(is_stored(context, each) for each in hashes)
    with context.database.read() as session:
        noted = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == public_id)).all()
    assert noted[-2:] == ["submission.delete", "submission.remove"]


def test_files_that_another_submission_uses_stay(cast: Cast, context: AppContext) -> None:
    public_id = make_submission(context, cast.alice, model="motif", label="same", shade=0)
    with context.database.read() as session:
        hashes = session.scalars(select(Clip.sha256).distinct()).all()
    alice = client_of(context, cast.alice)
    alice.post(f"{withdrawn(alice, public_id)}/delete", json={"name": "motif@same"})

    end_grace_period(context)

    refused(alice.get(f"{API}/submissions/{public_id}"), 404, "not_found")
    assert all(is_stored(context, each) for each in hashes)


def test_a_submission_in_use_is_kept(cast: Cast, context: AppContext) -> None:
    study = cast.open_study()
    alice, public_id = client_of(context, cast.alice), cast.submission_ids["motif"]
    name = {"name": "motif"}
    refused(alice.post(f"{API}/submissions/{public_id}/delete", json=name), 409, "submission_in_use")

    answer = alice.post(f"{withdrawn(alice, public_id)}/delete", json=name)

    refused(answer, 409, "submission_in_use")
    assert answer.json()["problems"] == [f"study {study.slug}"]


def test_a_closed_study_keeps_its_votes_when_a_compared_submission_is_deleted(
    cast: Cast, context: AppContext
) -> None:
    study = cast.open_study(others=["cinemo"], votes_per_comparison=1)
    fill_panels(study, people=1)
    close(study, cast.alice)
    alice, own = client_of(context, cast.alice), f"{API}/studies/{study.slug}"
    address = withdrawn(alice, cast.submission_ids["cinemo"])
    with context.database.read() as session:
        submission = Submission.public_id == cast.submission_ids["cinemo"]
        hashes = session.scalars(select(Clip.sha256).join(Submission).where(submission)).all()
    tables = [f"{own}/exports/{table}.csv" for table in ("votes", "preferences")]
    before = [alice.get(table).text for table in tables]
    history = alice.get(f"/studies/{study.slug}/annotators").text
    name = re.search(rf"/studies/{study.slug}/annotators/([a-z0-9-]+)", history)[1]
    replay = f"/studies/{study.slug}/annotators/{name}/history/1"
    assert alice.get(f"{replay}/left").status_code == 200

    assert alice.post(f"{address}/delete", json={"name": "cinemo"}).status_code == 202
    # The clips are withheld at once, and shown again after a restoration.
    assert alice.get(f"{replay}/left").status_code == 404
    assert "was deleted, so its clips are not shown" in alice.get(replay).text
    refused(alice.post(f"{own}/reopen"), 409, "submission_deleted")
    alice.post(f"{address}/restore")
    assert alice.get(f"{replay}/left").status_code == 200
    alice.post(f"{address}/delete", json={"name": "cinemo"})
    end_grace_period(context)

    assert [alice.get(table).text for table in tables] == before
    assert not any(is_stored(context, each) for each in hashes)
    assert len(alice.get(f"{address}/clips").json()["clips"]) == len(hashes)
    refused(alice.post(f"{address}/restore"), 409, "already_removed")
    page = signed_in(context, cast.alice).get(f"/submissions/{cast.submission_ids['cinemo']}").text
    assert "keep their votes" in text_of(page)
    # The same bytes can be uploaded again, and need their file then.
    again = make_submission(context, cast.alice, model="cinemo", shade=1)
    assert all(is_stored(context, each) for each in hashes)
    alice.post(f"{withdrawn(alice, again)}/delete", json={"name": "cinemo"})
    assert alice.post(f"{own}/delete", json={"slug": study.slug}).status_code == 202
    end_grace_period(context)

    refused(alice.get(address), 404, "not_found")
    assert not any(is_stored(context, each) for each in hashes)


def test_a_restored_submission_stays(cast: Cast, context: AppContext) -> None:
    alice = client_of(context, cast.alice)
    address = withdrawn(alice, cast.submission_ids["cinemo"])
    alice.post(f"{address}/delete", json={"name": "cinemo"})

    restored = alice.post(f"{address}/restore").json()
    end_grace_period(context)

    assert (restored["deletes_at"], restored["status"]) == (None, "withdrawn")
    assert alice.get(address).status_code == 200


def test_a_model_is_deleted_after_its_submissions(cast: Cast, context: AppContext) -> None:
    alice = client_of(context, cast.alice)
    model = f"{API}/models/cinemo"
    refused(alice.post(f"{model}/delete", json={"name": "cinemo"}), 409, "model_in_use")
    alice.post(f"{withdrawn(alice, cast.submission_ids['cinemo'])}/delete", json={"name": "cinemo"})
    end_grace_period(context)

    refused(alice.post(f"{model}/delete", json={"name": "motif"}), 422, "wrong_name")
    assert alice.post(f"{model}/delete", json={"name": "cinemo"}).status_code == 202
    end_grace_period(context)

    refused(alice.get(model), 404, "not_found")


def test_a_model_that_got_a_submission_again_stays(cast: Cast, context: AppContext) -> None:
    alice = client_of(context, cast.alice)
    alice.put(f"{API}/models/wan", json={"name": "Wan"})
    alice.post(f"{API}/models/wan/delete", json={"name": "wan"})
    alice.post(f"{API}/submissions", json={"model": "wan", "benchmark": "tiny"})

    end_grace_period(context)

    assert alice.get(f"{API}/models/wan").status_code == 200
    with context.database.read() as session:
        task: Any = session.scalars(select(Task).where(Task.subject == "wan")).one()
    assert (task.status, task.error) == (
        TaskStatus.FAILED,
        "The model has submissions again, so it was not removed.",
    )


def test_the_pages_ask_for_the_name_and_restore(cast: Cast) -> None:
    alice, bob = signed_in(cast.context, cast.alice), signed_in(cast.context, cast.bob)
    url = f"/submissions/{cast.submission_ids['motif']}"
    assert "Withdraw the submission first." in alice.get(url).text
    alice.post(f"{url}/withdraw", data={"reason": "wrong seed"})

    assert [
        bob.post(f"{url}/{verb}", data={"typed": "motif"}).status_code for verb in ("delete", "restore")
    ] == [404] * 2
    wrong = alice.post(f"{url}/delete", data={"typed": "cinemo"})
    assert (wrong.status_code, "Type motif to delete it." in wrong.text) == (422, True)
    assert "This submission is deleted." in text_of(
        alice.post(f"{url}/delete", data={"typed": " motif "}).text
    )
    assert "Type motif to delete the submission" in text_of(alice.post(f"{url}/restore").text)

    alice.post("/models", data={"slug": "wan"})
    assert bob.post("/models/wan/delete", data={"typed": "wan"}).status_code == 404
    assert "This model is deleted." in text_of(alice.post("/models/wan/delete", data={"typed": "wan"}).text)
    assert "Delete the submissions of the model first." in alice.get("/models/motif").text


def test_the_client_deletes_and_restores(cast: Cast) -> None:
    with serving(cast.context) as address, Client(address, cast.alice.key) as client:
        public_id = cast.submission_ids["motif"]
        client.submissions.withdraw(public_id, "a test")

        assert client.submissions.delete(public_id, "motif").deletes_at is not None
        assert client.submissions.restore(public_id).deletes_at is None
