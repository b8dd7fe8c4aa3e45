"""An annotator's history, and a replay of the shown clips; only the owner sees these pages."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.tables.voting import Assignment
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import Cast, enter
from tests.page_text import text_of

API = "/api/v1/studies/motif-study/annotators/annotator-001/history"
PAGE = "/studies/motif-study/annotators/annotator-001/history"


@pytest.fixture
def voter(cast: Cast) -> TestClient:
    """An annotator who voted, undid the vote, voted again, and skipped a comparison."""
    study = cast.open_study(others=["cinemo"])
    voter = enter(client_of(cast.context), study)
    token = assign(voter, study)["token"]
    vote(voter, token)
    vote(voter, voter.post(f"/api/v1/assignments/{token}/undo").json()["token"], "right", ("text_alignment",))
    skipped = assign(voter, study)["token"]
    voter.post(f"/api/v1/assignments/{skipped}/skip", json={"reason": "prompt_unclear"})
    return voter


def test_the_history_has_every_comparison_with_its_answer(cast: Cast, voter: TestClient) -> None:
    alice = client_of(cast.context, cast.alice)

    skipped, again, undone = alice.get(API).json()["items"]

    assert (undone["status"], undone["choice"], undone["justifications"]) == (
        "superseded",
        "left",
        ["object_motion"],
    )
    assert (again["status"], again["choice"], again["justifications"]) == (
        "valid",
        "right",
        ["text_alignment"],
    )
    assert (skipped["status"], skipped["choice"], skipped["skip_reason"]) == (
        "skipped",
        None,
        "prompt_unclear",
    )
    assert {again["left"], again["right"]} == {"motif", "cinemo"}
    assert (again["pair"], again["left"]) == (undone["pair"], undone["left"])
    first = alice.get(f"{API}?limit=2").json()
    rest = alice.get(f"{API}?limit=2&cursor={first['next_cursor']}").json()
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]
    refused(alice.get(API.replace("001", "002")), 404, "unknown_annotator")


def test_the_owner_replays_the_same_bytes_and_nothing_is_recorded(cast: Cast, voter: TestClient) -> None:
    alice = signed_in(cast.context, cast.alice)
    words = text_of(alice.get("/studies/motif-study/annotators/annotator-001").text)
    assert "replay of what this annotator saw" in words
    page = alice.get(PAGE).text
    assert "skipped: prompt unclear" in text_of(page)
    replays = re.findall(rf'href="({PAGE}/\d+)"', page)
    assert len(replays) == 3

    words = text_of(alice.get(replays[1]).text)

    assert "B, " in words
    assert "(text alignment)" in words
    clip = alice.get(f"{replays[1]}/left")
    assert (clip.status_code, clip.headers["cache-control"]) == (200, "no-store")
    assert b"ftyp" in clip.content[:12]
    assert alice.get(f"{replays[1]}/left", headers={"Range": "bytes=0-99"}).status_code == 206
    assert alice.get(f"{replays[1]}/image").headers["content-type"] == "image/png"
    with cast.context.database.read() as session:
        rows = session.scalars(select(Assignment)).all()
        tokens = {row.id: row.token for row in rows}
        assert all(row.left_delivered == 0 for row in rows)
    assignment = int(replays[1].rsplit("/", 1)[1])
    assert voter.get(f"/media/{tokens[assignment]}/left").content == clip.content


def test_nobody_else_sees_a_history_or_a_replay(cast: Cast, voter: TestClient, client: TestClient) -> None:
    with cast.context.database.read() as session:
        assignment = session.scalars(select(Assignment.id)).first()
    bob = signed_in(cast.context, cast.bob)
    for path in (PAGE, *(f"{PAGE}/{assignment}{end}" for end in ("", "/image", "/left", "/right"))):
        assert bob.get(path).status_code == 404, path
        assert client.get(path).status_code == 401, path
        assert voter.get(path).status_code == 401, path
    refused(client_of(cast.context, cast.bob).get(API), 404, "not_found")
    assert voter.get(API).status_code == 401
    alice = signed_in(cast.context, cast.alice)
    assert alice.get(f"{PAGE}/999999").status_code == 404
    assert alice.get(f"{PAGE.replace('001', '002')}/{assignment}/left").status_code == 404
