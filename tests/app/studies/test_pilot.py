"""Pilots, whose votes do not count, and the preview of a draft in a hidden copy."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.panels.vote_status import status_of
from app.results.live.recount import recount
from app.server import TASK_HANDLERS
from app.tables.people import Annotator
from app.tables.studies import Study as StudyRow
from app.tables.tasks import Task
from app.tables.voting import Vote
from app.tasks.runner import TaskRunner
from benchmark.protocol import AnnotatorKind, VoteStatus
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.app.studies.test_study_form import FORM, fields
from tests.app.voting.test_gold import with_gold
from tests.cast import BENCHMARK, Cast, Study, enter, set_the_stage
from tests.page_text import text_of

API = "/api/v1/studies"
PLAN = {
    "slug": "new",
    "title": "New",
    "benchmark": BENCHMARK,
    "matchups": [{"reference": "motif", "other": "cinemo"}],
    "watch_gate": "off",
    "votes_per_comparison": 1,
}


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def kinds(context: AppContext) -> list[AnnotatorKind]:
    with context.database.read() as session:
        return list(session.scalars(select(Annotator.kind).order_by(Annotator.id)))


def test_no_vote_of_a_pilot_counts_and_the_study_starts_empty(either_installation: AppContext) -> None:
    context = either_installation
    cast = set_the_stage(context)
    alice = client_of(context, cast.alice)
    alice.post(API, json=PLAN)
    study = Study("new", context)
    early = enter(client_of(context), study)  # opened the link before the study opened

    started = alice.post(f"{API}/new/pilot").json()
    assert (started["status"], started["is_pilot"]) == ("open", True)
    assert alice.post(f"{API}/new/pilot").json()["protocol_version"] == 1
    pilot = enter(client_of(context), study)
    for voter in (early, pilot):
        for _ in range(6):
            assert vote(voter, assign(voter, study)["token"]).status_code == 201
    assert alice.get(f"{API}/new").json()["votes"] == 0

    ended = alice.post(f"{API}/new/end-pilot").json()
    assert (ended["status"], ended["is_pilot"], ended["protocol_version"]) == ("open", False, 2)
    assert kinds(context) == [AnnotatorKind.PILOT] * 2
    counted = enter(client_of(context), study)
    assert vote(counted, assign(counted, study)["token"]).status_code == 201

    assert alice.get(f"{API}/new").json()["votes"] == 1
    with context.database.read() as session:
        statuses = [status_of(session, each) for each in session.scalars(select(Vote).order_by(Vote.id))]
        assert statuses == [VoteStatus.PILOT] * 12 + [VoteStatus.VALID]
        assert recount(session, session.scalars(select(StudyRow)).one()) == []
    changes = [each["change"] for each in alice.get(f"{API}/new/protocols").json()["protocols"]]
    assert changes == ["Opened as a pilot; no vote counts", "The pilot ended; votes count"]


def test_only_a_draft_becomes_a_pilot_and_only_a_pilot_ends(cast: Cast, alice: TestClient) -> None:
    cast.open_study()
    refused(alice.post(f"{API}/motif-study/pilot"), 409, "study_status")
    refused(alice.post(f"{API}/motif-study/end-pilot"), 409, "study_status")
    alice.post(API, json=PLAN)
    refused(client_of(cast.context, cast.bob).post(f"{API}/new/pilot"), 404, "not_found")
    alice.post(f"{API}/new/pilot")
    alice.post(f"{API}/new/pause")
    assert alice.post(f"{API}/new/open").json()["is_pilot"] is True
    alice.post(f"{API}/new/close")
    refused(alice.post(f"{API}/new/end-pilot"), 409, "study_status")


def test_a_draft_is_previewed_in_a_copy_that_is_removed(cast: Cast) -> None:
    browser = signed_in(cast.context, cast.alice)
    browser.post(FORM, data=fields(cast, watch_gate="off"))
    draft = "/studies/motif-against-two"

    welcome = browser.post(f"{draft}/preview")
    assert welcome.status_code == 200
    slug = welcome.text.split('href="/studies/preview-of-')[1].split("/")[0]
    copy = Study(f"preview-of-{slug}", cast.context)
    assert vote(browser, assign(browser, copy)["token"]).status_code == 201
    browser.post(f"{draft}/preview")  # the same revision: the same copy
    api = client_of(cast.context, cast.alice)
    for query in ("", "?archived=true", "?deleted=true"):
        assert [each["slug"] for each in api.get(f"{API}{query}").json()["studies"]] == (
            ["motif-against-two"] if not query else []
        )
    refused(api.get(f"{API}/{copy.slug}"), 404, "not_found")
    refused(api.post(f"{API}/{copy.slug}/restore"), 404, "not_found")
    assert api.get(f"{API}/motif-against-two").json()["status"] == "draft"
    assert signed_in(cast.context, cast.bob).post(f"{draft}/preview").status_code == 404

    ago = utc_now() - timedelta(seconds=1)
    with cast.context.database.write() as session:
        assert len(session.scalars(select(StudyRow)).all()) == 2
        session.execute(update(StudyRow).where(StudyRow.is_preview).values(deletes_at=ago))
        session.execute(update(Task).values(ready_at=ago))
    TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
    with cast.context.database.read() as session:
        assert session.scalars(select(StudyRow.slug)).all() == ["motif-against-two"]


def test_a_copy_without_the_gold_questions_of_its_hidden_quiz_is_refused(
    cast: Cast, alice: TestClient
) -> None:
    with_gold(cast)
    quizzed = {"slug": "quizzed", "phases": {"quiz": {"questions": 1, "pass_mark": 1}}, "gold": {"count": 1}}
    assert alice.post(API, json=PLAN | quizzed).status_code == 201

    browser = signed_in(cast.context, cast.alice)
    refused_copy = browser.post(FORM, data=fields(cast, slug="copy", copied="quizzed", gold=""))

    assert refused_copy.status_code == 422
    assert "a quiz asks gold questions" in text_of(refused_copy.text)


def test_a_form_keeps_the_phases_that_it_does_not_show(cast: Cast, alice: TestClient) -> None:
    alice.post(API, json=PLAN | {"slug": "phased", "phases": {}})
    browser = signed_in(cast.context, cast.alice)

    browser.post("/studies/phased/edit", data=fields(cast, title="Edited", revision="1"))
    browser.post(FORM, data=fields(cast, slug="copy", copied="phased"))

    for slug, title in (("phased", "Edited"), ("copy", "MotiF against two")):
        study = alice.get(f"{API}/{slug}").json()
        assert (study["title"], study["phases"] is None) == (title, False)
