"""The audit log: visible events of each person, filters and pages."""

import re
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.audit_log.event_details import details_text
from app.audit_log.routes import PER_PAGE
from app.clock import utc_now
from app.tables.audit import AuditEvent
from benchmark.protocol import Role
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.app.video_models.test_deletion import end_grace_period
from tests.cast import BENCHMARK, PAIR_IDS, Actor, Cast, make_actor, small_clip, upload_clip
from tests.page_text import text_of

REST = "/api/v1/audit-events"


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Alice's study, which Ada pauses, Bob's study, and a person with the name of Alice's study."""
    study, other = cast.open_study("alices"), cast.open_study("bobs")
    ada = client_of(cast.context, cast.ada)
    for slug in (study.slug, other.slug):
        ada.post(f"/api/v1/studies/{slug}/pause").raise_for_status()
    ada.post("/api/v1/people", json={"name": "alices", "role": "viewer"}).raise_for_status()
    ada.post("/api/v1/people/alices/disable").raise_for_status()
    return cast


def events(cast: Cast, person: Actor, /, **query: str) -> list[tuple[str, str, str]]:
    found = client_of(cast.context, person).get(REST, params=query)
    assert found.status_code == 200, found.text
    return [(each["actor"], each["action"], each["subject"]) for each in found.json()["events"]]


def test_an_owner_sees_the_events_of_own_studies_and_no_others(cast: Cast) -> None:
    assert events(cast, cast.alice, subject="alices")[0] == ("ada", "study.paused", "alices")
    # The person has the same name as the study.
    assert not any(action.startswith("person.") for _, action, _ in events(cast, cast.alice))
    assert events(cast, cast.charlie) == []
    assert ("ada", "person.disable", "alices") in events(cast, cast.ada)


def test_the_next_owner_of_a_slug_does_not_see_the_events_of_the_earlier_owner(cast: Cast) -> None:
    alice, bob = client_of(cast.context, cast.alice), client_of(cast.context, cast.bob)
    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    for public_id in sides.values():
        shared = {"visibility": "shared", "people": ["bob"]}
        alice.put(f"/api/v1/submissions/{public_id}/visibility", json=shared).raise_for_status()
    for client, name in ((alice, "First"), (bob, "Second")):
        client.put("/api/v1/models/again", json={"name": name}).raise_for_status()
        client.put("/api/v1/models/again", json={"name": f"{name} name"}).raise_for_status()
        draft = {"slug": "again", "title": name, "benchmark": BENCHMARK, "matchups": [sides]}
        client.post("/api/v1/studies", json=draft).raise_for_status()
        if client is alice:
            client.post("/api/v1/studies/again/delete", json={"slug": "again"}).raise_for_status()
            client.post("/api/v1/models/again/delete", json={"name": "again"}).raise_for_status()
            end_grace_period(cast.context)

    seen = events(cast, cast.bob, subject="again")

    assert {actor for actor, _, _ in seen} == {"bob"}
    assert {action for _, action, _ in seen} >= {"study.create", "model.create", "model.edit"}
    # The previous owner still sees their own actions, but no action of the next owner.
    assert {actor for actor, _, _ in events(cast, cast.alice, subject="again")} == {"alice"}


def test_filters_narrow_the_list(cast: Cast) -> None:
    assert {actor for actor, _, _ in events(cast, cast.ada, actor="ada")} == {"ada"}
    assert {action for _, action, _ in events(cast, cast.ada, action="study.paused")} == {"study.paused"}
    begun = events(cast, cast.ada, action="study")
    assert {action for _, action, _ in begun} == {"study.create", "study.open", "study.paused"}
    assert events(cast, cast.ada, action="stud") == []
    assert events(cast, cast.ada, subject="%") == []


def test_the_page_shows_filters_and_pages(cast: Cast) -> None:
    with cast.context.database.write() as session:
        for number in range(PER_PAGE):
            event = {"actor": "ada", "action": "study.edit", "subject": "alices"}
            session.add(AuditEvent(at=utc_now(), details={"changes": {f"field-{number}": []}}, **event))
    ada = signed_in(cast.context, cast.ada)

    first = ada.get("/audit?subject=alices&action=study")

    assert f"changes: field-{PER_PAGE - 1}" in text_of(first.text)
    assert "study.paused" not in first.text
    older = re.search(r'href="(/audit[^"]*page=2[^"]*)"', first.text)
    assert older is not None
    assert "study.paused" in ada.get(older[1].replace("&amp;", "&")).text
    assert "No events match the filter" in text_of(ada.get("/audit?actor=nobody").text)


def test_who_may_not_read_it(cast: Cast, client: TestClient) -> None:
    viewer = make_actor(cast.context, "victor", Role.VIEWER)

    assert signed_in(cast.context, viewer).get("/audit").status_code == 403
    assert client.get("/audit").status_code == 401
    assert client_of(cast.context, viewer).get(REST).status_code == 403
    assert client.get(REST).status_code == 401


def test_an_owner_sees_what_others_did_to_own_submissions_and_models(cast: Cast) -> None:
    ada, submission = client_of(cast.context, cast.ada), cast.submission_ids["motif"]
    ada.put(f"/api/v1/submissions/{submission}/visibility", json={"visibility": "shared"}).raise_for_status()
    ada.put("/api/v1/models/motif", json={"name": "MotiF"}).raise_for_status()

    assert ("ada", "submission.visibility", submission) in events(cast, cast.alice)
    assert ("ada", "model.edit", "motif") in events(cast, cast.alice)
    assert events(cast, cast.charlie) == []


def test_every_write_of_an_owner_is_recorded(cast: Cast) -> None:
    alice = client_of(cast.context, cast.alice)
    newest = alice.get(REST, params={"limit": 1}).json()["events"][0]["id"]
    send = partial(_send, alice)

    send("put", "/models/wan", {"name": "Wan"})
    send("put", "/models/wan", {"name": "Wan"})  # changes nothing
    send("put", "/models/wan", {"name": "Wan 2.1"})
    asked = send("post", "/jobs", {"model": "wan", "benchmark": "tiny", "pairs": [PAIR_IDS[0]]})
    submission = asked["submissions"][0]["id"]
    send("post", "/jobs/cancel", {"submission": submission})
    (job,) = send("get", f"/jobs?submission={submission}")["jobs"]
    send("post", f"/jobs/{job['id']}/retry")
    send("post", f"/jobs/{job['id']}/cancel")
    upload_clip(cast.context, cast.alice, submission, PAIR_IDS[0], small_clip(shade=3))
    send("post", f"/submissions/{submission}/finalise", {"allow_partial": True})
    send("post", f"/submissions/{submission}/metrics", {"suite": "motion"})
    send("post", "/jobs/cancel", {"submission": submission, "suite": "motion"})
    send("post", "/studies/alices/duplicate", {"slug": "copy"})
    send("post", "/studies/copy/open")
    send("post", "/studies/copy/invitations", {"count": 2, "label": "students"})

    listed = alice.get(REST, params={"limit": 100}).json()["events"]
    written = [
        (each["action"], details_text(each["details"])) for each in reversed(listed) if each["id"] > newest
    ]
    assert written == [
        ("model.create", ""),
        ("model.edit", "changes: name"),
        ("submission.create", "model: wan; benchmark: tiny"),
        ("jobs.request", "jobs: 1"),
        ("jobs.cancel", "jobs: 1"),
        ("jobs.retry", "jobs: 1"),
        ("jobs.cancel", "jobs: 1"),
        ("submission.finalise", "clips: 1; missing: 5"),
        ("jobs.request", "jobs: 1; suite: motion"),
        ("jobs.cancel", "jobs: 1; suite: motion"),
        ("study.create", "copy of: alices"),
        ("study.open", ""),
        ("invitation.create", "links: 2; kind: participant"),
    ]


def _send(client: TestClient, verb: str, path: str, body: object = None) -> dict[str, Any]:
    answer = client.request(verb, f"/api/v1{path}", json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found
