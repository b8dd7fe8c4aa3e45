"""Drafts over REST: edits by two people, and copies of other studies."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.context import AppContext
from app.tables.audit import AuditEvent
from app.tables.studies import Matchup
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, Cast

API = "/api/v1/studies"


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def plan(**changes: Any) -> dict[str, Any]:
    sides = {"reference": "motif", "other": "cinemo"}
    return {"title": "New", "benchmark": BENCHMARK, "matchups": [sides]} | changes


def test_a_draft_is_edited_whole(cast: Cast, alice: TestClient) -> None:
    made = alice.post(API, json={"slug": "new"} | plan(seed=5)).json()
    wanted = plan(
        title="Other",
        matchups=[
            {"reference": "motif", "other": "dynamicrafter"},
            {"reference": "cinemo", "other": "dynamicrafter"},
        ],
        votes_per_comparison=3,
        instructions="Look twice.",
        comparisons_per_annotator=4,
        lease_s=60,
        watch_gate="off",
        renditions="letterbox",
        require_justification=False,
    )

    edited = alice.put(f"{API}/new", json=wanted | {"revision": made["revision"]})

    assert edited.status_code == 200, edited.text
    body = edited.json()
    assert [(each["reference"], each["other"]) for each in body["matchups"]] == [
        ("motif", "dynamicrafter"),
        ("cinemo", "dynamicrafter"),
    ]
    assert {name: body[name] for name in wanted if name != "matchups"} == {
        name: value for name, value in wanted.items() if name != "matchups"
    }
    assert (body["seed"], body["revision"]) == (5, 2)
    assert alice.post(f"{API}/new/open").json()["matchups"][1]["comparisons"] == 6


def test_the_second_of_two_saves_learns_what_the_first_changed(cast: Cast, alice: TestClient) -> None:
    alice.post(API, json={"slug": "new"} | plan())
    ada = client_of(cast.context, cast.ada)
    first = plan(title="Ada's title", votes_per_comparison=7, revision=1)
    assert ada.put(f"{API}/new", json=first).json()["revision"] == 2

    second = alice.put(f"{API}/new", json=plan(instructions="Look twice.", revision=1))

    refused(second, 409, "draft_changed")
    assert "ada saved this draft" in second.json()["message"]
    assert second.json()["problems"] == [
        "ada changed title from New to Ada's title",
        "ada changed votes_per_comparison from 5 to 7",
    ]
    kept = alice.get(f"{API}/new").json()
    assert (kept["title"], kept["instructions"], kept["revision"]) == ("Ada's title", "", 2)
    # The first save, sent again after a lost response, changes nothing.
    assert ada.put(f"{API}/new", json=first).json()["revision"] == 2
    assert alice.put(f"{API}/new", json=plan(instructions="Look twice.", revision=2)).json()["revision"] == 3


def test_a_wrong_edit_changes_nothing(cast: Cast, alice: TestClient) -> None:
    alice.post(API, json={"slug": "new"} | plan())
    before = alice.get(f"{API}/new").json()
    same = {"reference": "motif", "other": "motif"}

    refused(alice.put(f"{API}/new", json=plan(matchups=[same], revision=1)), 422, "bad_matchups")
    refused(alice.put(f"{API}/new", json=plan(gold={"count": 2}, revision=1)), 422, "no_gold")
    refused(alice.put(f"{API}/new", json=plan()), 422, "invalid_field")
    refused(alice.put(f"{API}/new", json=plan(benchmark="none", revision=1)), 404, "unknown_benchmark")
    refused(client_of(cast.context, cast.bob).put(f"{API}/new", json=plan(revision=1)), 404, "not_found")

    assert alice.get(f"{API}/new").json() == before
    alice.post(f"{API}/new/open")
    refused(alice.put(f"{API}/new", json=plan(title="Late", revision=1)), 409, "study_status")


def test_an_edit_is_in_the_audit_log(cast: Cast, alice: TestClient) -> None:
    alice.post(API, json={"slug": "new"} | plan())
    third = {"reference": "motif", "other": "dynamicrafter"}
    alice.put(f"{API}/new", json=plan(matchups=[*plan()["matchups"], third], revision=1))

    with cast.context.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "study.edit")).one()
    assert event.details["changes"] == {
        "matchups": [["motif:cinemo"], ["motif:cinemo", "motif:dynamicrafter"]]
    }


def test_a_study_is_duplicated_as_a_draft(cast: Cast, alice: TestClient) -> None:
    cast.open_study(votes_per_comparison=3, instructions="Look twice.", lease_s=77)
    source = alice.get(f"{API}/motif-study").json()

    copy = alice.post(f"{API}/motif-study/duplicate", json={"slug": "second", "title": "Second"})

    assert copy.status_code == 201, copy.text
    body = copy.json()
    own = {"slug", "title", "status", "seed", "created_at", "opened_at", "preparation", "protocol_version"}
    counted = {"votes_wanted", "matchups"}
    assert {name: body[name] for name in body if name not in own | counted} == {
        name: source[name] for name in source if name not in own | counted
    }
    assert (body["slug"], body["title"], body["status"]) == ("second", "Second", "draft")
    assert body["seed"] != source["seed"]
    assert [each["other"] for each in body["matchups"]] == [each["other"] for each in source["matchups"]]
    refused(alice.post(f"{API}/motif-study/duplicate", json={"slug": "second"}), 409, "study_exists")
    bob = client_of(cast.context, cast.bob)
    refused(bob.post(f"{API}/motif-study/duplicate", json={"slug": "third"}), 404, "not_found")


def test_a_duplicate_leaves_out_matchups_that_were_closed(cast: Cast, alice: TestClient) -> None:
    cast.open_study()
    alice.post("/api/v1/submissions/cinemo/withdraw", json={"reason": "wrong clips"})

    copy = alice.post(f"{API}/motif-study/duplicate", json={"slug": "second"}).json()

    assert [each["other"] for each in copy["matchups"]] == ["dynamicrafter"]
    with cast.context.database.read() as session:
        assert session.execute(select(func.count()).select_from(Matchup)).scalar_one() == 3
