"""The pages of models and submissions: permissions, contents, and changes by the owner."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.main import API
from app.tables.audit import AuditEvent
from benchmark.protocol import Role, Side
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import close, fill_panels, signed_in
from tests.cast import Cast, make_actor
from tests.page_text import text_of

FIELDS = {
    "slug": "wan",
    "name": "Wan 2.1",
    "url": "https://example.org/wan",
    "licence": "Apache-2.0",
    "description": "14 B, 480p.\nEMA weights.",
}


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.alice)


@pytest.fixture
def bob(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.bob)


def test_a_model_is_registered_found_and_edited(alice: TestClient, bob: TestClient) -> None:
    page = alice.post("/models", data=FIELDS)

    assert page.url.path == "/models/wan"
    for text in ("Wan 2.1", "https://example.org/wan", "Apache-2.0", "14 B, 480p.\nEMA weights.", "alice"):
        assert text in page.text
    assert "/models/wan" in alice.get("/models").text
    assert "/models/wan" not in bob.get("/models").text
    assert bob.get("/models/wan").status_code == 404
    assert bob.post("/models/wan", data={"name": "mine"}).status_code == 404

    alice.post("/models/wan", data={**FIELDS, "name": "Wan 2.2"})

    assert "<h1>Wan 2.2</h1>" in alice.get("/models/wan").text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"slug": "Not A Slug"}, "Use at most 64 lower-case letters"),
        ({"slug": "motif"}, "A model with this slug exists already."),
        ({"url": "javascript:alert(1)"}, "Write an address that begins with http:// or https://"),
        ({"name": "two\nlines"}, "Line breaks and control characters are not allowed."),
        ({"licence": "x" * 201}, "Use at most 200 characters."),
        ({"description": "\0"}, "Control characters are not allowed."),
    ],
)
def test_a_wrong_field_is_marked_and_nothing_typed_is_lost(
    alice: TestClient, changes: dict[str, str], problem: str
) -> None:
    page = alice.post("/models", data={**FIELDS, **changes})

    assert page.status_code == 422
    assert problem in text_of(page.text)
    assert page.text.count('aria-invalid="true"') == 1
    kept = {**FIELDS, **changes}
    assert f'value="{kept["slug"]}"' in page.text
    assert "EMA weights." in page.text or "description" in changes


def test_viewers_only_look_and_visitors_sign_in(cast: Cast, alice: TestClient, client: TestClient) -> None:
    viewer = signed_in(cast.context, make_actor(cast.context, "vera", Role.VIEWER))
    public_id = cast.submission_ids["motif"]
    share = {"visibility": "shared", "people": "vera"}
    alice.post(f"/submissions/{public_id}/visibility", data=share)

    for path in ("/models", "/models/motif", f"/submissions/{public_id}"):
        page = viewer.get(path)
        assert page.status_code == 200
        assert page.text.count("<form") == 1  # the form that signs out
        assert client.get(path).status_code == 401
    assert "/models/cinemo" not in viewer.get("/models").text
    for path in ("/models", "/models/motif", f"/submissions/{public_id}/visibility"):
        assert viewer.post(path, data=FIELDS).status_code == 403
    assert viewer.post(f"/submissions/{public_id}/withdraw", data={"reason": "x"}).status_code == 403


def test_results_are_those_of_the_visible_studies(cast: Cast, alice: TestClient, bob: TestClient) -> None:
    study = cast.open_study()
    fill_panels(study, people=5, opinion=lambda shown: (Side.REFERENCE, Side.OTHER)[shown.pair_id % 3 == 0])
    close(study, cast.alice)
    alice.post(
        f"/submissions/{cast.submission_ids['cinemo']}/visibility",
        data={"visibility": "shared", "people": "bob"},
    )
    results = client_of(cast.context, cast.alice).get(f"{API}/studies/{study.slug}/results").json()
    row: Any = next(each for each in results["preferences"] if each["other"] == "cinemo")

    motif, cinemo = (text_of(alice.get(f"/models/{model}").text) for model in ("motif", "cinemo"))

    title = "MotiF against two"
    assert f"{title} – cinemo {row['ti2v_score_reference']} 4 6 0 closed" in motif
    assert f"{title} – motif {row['ti2v_score_other']} 2 6 0 closed" in cinemo
    assert "No results yet." in bob.get("/models/cinemo").text


def test_interim_results_are_marked(cast: Cast, alice: TestClient) -> None:
    fill_panels(cast.open_study(), people=1)

    assert "100.0 6 6 0 open, interim" in text_of(alice.get("/models/motif").text)


def test_the_owner_shares_and_withdraws_a_submission(cast: Cast, alice: TestClient, bob: TestClient) -> None:
    public_id = cast.submission_ids["motif"]
    url = f"/submissions/{public_id}"
    assert bob.get(url).status_code == 404
    assert bob.post(f"{url}/visibility", data={"visibility": "public"}).status_code == 404
    assert bob.post(f"{url}/withdraw", data={"reason": "x"}).status_code == 404

    alice.post(f"{url}/visibility", data={"visibility": "shared", "people": "bob"})
    assert "Save visibility" not in bob.get(url).text

    empty = alice.post(f"{url}/withdraw", data={"reason": " "})
    assert (empty.status_code, "Enter a reason" in empty.text) == (422, True)
    assert "withdrawn" in text_of(alice.post(f"{url}/withdraw", data={"reason": "wrong seed"}).text)
    with cast.context.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "submission.withdraw")).one()
    assert (event.actor, (event.details or {})["reason"]) == ("alice", "wrong seed")


def test_a_model_page_links_prefilled_forms(alice: TestClient) -> None:
    page = alice.get("/models/motif").text

    assert 'value="motif"' in alice.get("/submissions/new?model=motif").text
    assert "/submissions/new?model=motif" in page
    assert "/jobs?model=motif#ask" in page


def test_an_open_submission_is_continued_from_the_page_of_its_model(alice: TestClient) -> None:
    upload = alice.post("/submissions/new", data={"model": "motif", "benchmark": "tiny", "label": "two"})

    assert upload.url.path in alice.get("/models/motif").text
