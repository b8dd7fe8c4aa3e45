"""Archived and deleted studies: they are hidden, restorable for two weeks, and then removed."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.clock import utc_now
from app.context import AppContext
from app.results.live.cache import live_counts
from app.results.live.recount import recount
from app.server import TASK_HANDLERS
from app.tables import Base
from app.tables.audit import AuditEvent
from app.tables.studies import Study as StudyRow
from app.tables.tasks import Task
from app.tasks.runner import TaskRunner
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import Cast, Study, enter, set_the_stage
from tests.page_text import text_of

API = "/api/v1/studies"
BELOW = {"matchups", "comparisons", "assignments", "votes", "vote_events", "annotators", "invitations"}


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def vote_undo_and_leave(context: AppContext, study: Study) -> None:
    """Create rows in all tables of a study: votes, an undone vote, and an annotator who left."""
    voter = enter(client_of(context), study)
    first = assign(voter, study)
    vote(voter, first["token"])
    again = voter.post(f"/api/v1/assignments/{first['token']}/undo").json()
    vote(voter, again["token"], "right")
    vote(voter, assign(voter, study)["token"])
    leaver = enter(client_of(context), study)
    vote(leaver, assign(leaver, study)["token"])
    leaver.post(f"/studies/{study.slug}/withdraw")


def end_grace_period(context: AppContext) -> None:
    long_ago = utc_now() - timedelta(seconds=1)
    with context.database.write() as session:
        session.execute(update(StudyRow).where(StudyRow.deletes_at.is_not(None)).values(deletes_at=long_ago))
        session.execute(update(Task).values(ready_at=long_ago))


def counts(context: AppContext) -> dict[str, int]:
    with context.database.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_an_archived_study_leaves_the_list_until_it_is_unarchived(cast: Cast, alice: TestClient) -> None:
    cast.open_study()
    refused(alice.post(f"{API}/motif-study/archive"), 409, "study_status")
    alice.post(f"{API}/motif-study/pause")
    assert alice.post(f"{API}/motif-study/archive").json()["archived_at"]
    alice.post(f"{API}/motif-study/archive")

    assert alice.get(API).json()["studies"] == []
    assert [each["slug"] for each in alice.get(f"{API}?archived=true").json()["studies"]] == ["motif-study"]
    assert alice.get(f"{API}/motif-study").status_code == 200
    refused(client_of(cast.context, cast.bob).post(f"{API}/motif-study/unarchive"), 404, "not_found")

    assert alice.post(f"{API}/motif-study/unarchive").json()["archived_at"] is None
    assert len(alice.get(API).json()["studies"]) == 1


def test_a_deleted_study_is_hidden_and_can_be_restored(cast: Cast, alice: TestClient) -> None:
    study = cast.open_study()
    voter = enter(client_of(cast.context), study)
    token = assign(voter, study)["token"]
    refused(alice.post(f"{API}/motif-study/delete", json={"slug": "motif"}), 422, "wrong_name")
    refused(
        client_of(cast.context, cast.bob).post(f"{API}/motif-study/delete", json={"slug": "motif-study"}),
        404,
        "not_found",
    )

    deleted = alice.post(f"{API}/motif-study/delete", json={"slug": "motif-study"})

    assert (deleted.status_code, deleted.json()["status"]) == (202, "paused")
    refused(alice.get(f"{API}/motif-study"), 404, "not_found")
    refused(alice.post(f"{API}/motif-study/open"), 404, "not_found")
    refused(vote(voter, token), 409, "study_not_open")
    assert alice.get(API).json()["studies"] == []
    assert [each["slug"] for each in alice.get(f"{API}?deleted=true").json()["studies"]] == ["motif-study"]
    assert TaskRunner(cast.context, TASK_HANDLERS).run_waiting() <= 1  # the renditions, never the deletion

    assert alice.post(f"{API}/motif-study/restore").json()["status"] == "paused"
    end_grace_period(cast.context)
    TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
    alice.post(f"{API}/motif-study/open")
    assert vote(voter, token).status_code == 201
    with cast.context.database.read() as session:
        actions = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert actions[-3:] == ["study.delete", "study.restore", "study.open"]


def test_after_the_grace_period_nothing_of_the_study_is_left(either_installation: AppContext) -> None:
    context = either_installation
    cast = set_the_stage(context)
    kept = cast.open_study("kept", others=["cinemo"])
    vote_undo_and_leave(context, kept)
    alice = client_of(context, cast.alice)
    TaskRunner(context, TASK_HANDLERS).run_waiting()
    before = counts(context)
    study = cast.open_study("gone")
    vote_undo_and_leave(context, study)
    alice.put(f"{API}/gone/visibility", json={"visibility": "shared", "people": ["bob"]})
    assert all(counts(context)[name] > before[name] for name in (*BELOW, "study_protocols", "shares"))
    alice.post(f"{API}/gone/delete", json={"slug": "gone"})
    end_grace_period(context)
    TaskRunner(context, TASK_HANDLERS).run_waiting()

    after = counts(context)

    grown = {name for name, count in after.items() if count != before[name]}
    assert grown <= {"audit_events", "audit_hashes", "tasks", "browser_sessions", "renditions"}
    refused(alice.post(f"{API}/gone/restore"), 404, "not_found")
    refused(alice.post(f"{API}/gone/delete", json={"slug": "gone"}), 404, "not_found")
    with context.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "study.remove")).one()
        assert (event.subject, event.details) == ("gone", {"votes": 4})
        row = session.execute(select(StudyRow).where(StudyRow.slug == "kept")).scalar_one()
        assert recount(session, row) == []
    # The slug is free again, and a new study with the id of the old one starts empty.
    assert client_of(context, cast.alice).get(f"{API}/kept/results").status_code == 200
    cast.open_study("gone")
    assert alice.get(f"{API}/gone").json()["votes"] == 0


def test_live_counts_notice_events_after_a_removal(
    context: AppContext, cast: Cast, alice: TestClient
) -> None:
    kept, gone = cast.open_study("kept"), cast.open_study("gone")
    voter = enter(client_of(context), kept)
    vote(voter, assign(voter, kept)["token"])
    vote_undo_and_leave(context, gone)
    with context.database.read() as session:
        row = session.execute(select(StudyRow).where(StudyRow.slug == "kept")).scalar_one()
        assert live_counts(session, row).votes.is_valid.sum() == 1
    alice.post(f"{API}/gone/delete", json={"slug": "gone"})
    end_grace_period(context)
    TaskRunner(context, TASK_HANDLERS).run_waiting()

    # Without ids that are never used again, this event would get the id of a removed one.
    voter.post("/studies/kept/withdraw")

    with context.database.read() as session:
        row = session.execute(select(StudyRow).where(StudyRow.slug == "kept")).scalar_one()
        assert live_counts(session, row).votes.is_valid.sum() == 0


def test_a_study_is_archived_deleted_and_restored_in_the_browser(cast: Cast) -> None:
    cast.open_study()
    alice = signed_in(cast.context, cast.alice)
    alice.post("/studies/motif-study/pause")
    assert "MotiF against two" not in text_of(alice.post("/studies/motif-study/archive").text)
    assert "Unarchive" in text_of(alice.get("/?show=archived").text)
    alice.post("/studies/motif-study/unarchive")
    question = text_of(alice.get("/studies/motif-study/delete").text)
    assert "After 14 days the server removes the study with its 0 votes" in question

    wrong = alice.post("/studies/motif-study/delete", data={"typed": "motif"})
    assert wrong.status_code == 422
    assert "Type the slug of the study to delete it." in wrong.text
    deleted = text_of(alice.post("/studies/motif-study/delete", data={"typed": " motif-study "}).text)

    assert "The study and its votes are removed after" in deleted
    assert alice.get("/studies/motif-study/annotators").status_code == 404
    assert "MotiF against two" in text_of(alice.post("/studies/motif-study/restore").text)
    assert signed_in(cast.context, cast.bob).post("/studies/motif-study/archive").status_code == 404


def test_a_study_is_extended_and_reopened_in_the_browser(cast: Cast) -> None:
    cast.open_study(others=["cinemo"])
    alice = signed_in(cast.context, cast.alice)
    form = "/studies/motif-study/extend"
    ids = cast.submission_ids
    for data, message in (
        ({}, "Enter more votes per comparison, or choose a new matchup."),
        ({"votes": "4"}, "use an odd whole number"),
        ({"votes": "many"}, "use an odd whole number"),
        ({"votes": "3"}, "can only grow"),
        ({"reference": ids["motif"]}, "Choose the reference and at least one model"),
        ({"reference": ids["motif"], "others": [ids["cinemo"]]}, "already compares these two submissions"),
        ({"reference": "<b>", "others": [ids["cinemo"]]}, "Choose from the listed models."),
    ):
        answer = alice.post(form, data=data)
        assert answer.status_code == 422
        assert message in text_of(answer.text), data
    assert "motif / cinemo" in text_of(alice.get(form).text)

    alice.post(
        form, data={"votes": "7", "reference": ids["dynamicrafter"], "others": [ids["cinemo"], ids["motif"]]}
    )

    study = client_of(cast.context, cast.alice).get(f"{API}/motif-study").json()
    assert (study["votes_per_comparison"], len(study["matchups"]), study["protocol_version"]) == (7, 3, 2)
    alice.post("/studies/motif-study/close")
    assert "finds differences that do not exist" in text_of(alice.get("/studies/motif-study/reopen").text)
    alice.post("/studies/motif-study/reopen")
    assert client_of(cast.context, cast.alice).get(f"{API}/motif-study").json()["status"] == "open"
