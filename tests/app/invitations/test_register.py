"""The list of a study's invitations: invited people, opened links, and the revocation of a link."""

import csv
import io
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.main import API
from app.security.tokens import new_token
from benchmark.client.client import Client
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import annotator, signed_in, vote
from tests.cast import Cast, Study, set_the_stage
from tests.conftest import serving
from tests.page_text import text_of


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.alice)


def create(browser: TestClient, study: Study, batch: str = "", **fields: str) -> Any:
    data = {"batch": batch or new_token(), "count": "2", "label": "students", **fields}
    return browser.post(f"/studies/{study.slug}/invitations", data=data)


def rows(cast: Cast, study: Study) -> list[dict[str, Any]]:
    answer = client_of(cast.context, cast.alice).get(f"{API}/studies/{study.slug}/invitations")
    found: list[dict[str, Any]] = answer.json()["invitations"]
    return found


def link_in(page: str, number: int) -> str:
    found: str = re.findall(r"/invite/[\w-]+", page)[number]
    return found


def test_the_register_shows_who_came_and_voted(
    cast: Cast, study: Study, alice: TestClient, client: TestClient
) -> None:
    links = create(alice, study).text
    client.get(link_in(links, 0))
    vote(client, study)

    second, first = rows(cast, study)

    assert (first["label"], first["status"], first["votes"]) == ("students 1", "opened", 1)
    assert first["annotator"] == "annotator-001"
    assert first["last_seen_at"] >= first["opened_at"] >= first["created_at"]
    assert (second["label"], second["status"], second["votes"]) == ("students 2", "unused", 0)
    shown = text_of(alice.get(f"/studies/{study.slug}/invitations").text)
    assert "students 1 opened annotator-001 1" in shown
    assert "students 2 unused – 0" in shown


def test_an_annotator_who_voted_on_every_pair_is_done(cast: Cast, alice: TestClient) -> None:
    study = cast.open_study(comparisons_per_annotator=2)
    browser = annotator(study)
    while vote(browser, study):
        pass

    assert [(row["status"], row["votes"]) for row in rows(cast, study)] == [("done", 2)]


def test_reloading_creates_nothing(cast: Cast, study: Study, alice: TestClient) -> None:
    batch = new_token()
    pages = [create(alice, study, batch).text for _ in range(2)]

    assert pages[0] == pages[1]
    alice.get(f"/studies/{study.slug}/invitations")
    assert len(rows(cast, study)) == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"count": "some"}, "Enter a whole number from 1 to 1,000."),
        ({"count": "1001"}, "Enter a whole number from 1 to 1,000."),
        ({"label": "x" * 191}, "Use one line of at most 190 characters."),
    ],
)
def test_a_wrong_field_keeps_what_was_typed(
    cast: Cast, study: Study, alice: TestClient, fields: dict[str, str], problem: str
) -> None:
    page = create(alice, study, **fields)

    assert page.status_code == 422
    assert problem in page.text
    for value in {"label": "students", **fields}.values():
        assert f'value="{value}"' in page.text
    assert rows(cast, study) == []


def test_a_revoked_link_lets_nobody_vote_and_keeps_the_votes(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation)
    study, alice = cast.open_study(), signed_in(either_installation, cast.alice)
    link = link_in(create(alice, study).text, 0)
    browser = TestClient(alice.app, base_url="http://testserver")
    browser.get(link)
    vote(browser, study)
    assert browser.post(f"{API}/studies/{study.slug}/assignments").status_code == 200
    number = rows(cast, study)[1]["id"]

    for _ in range(2):
        alice.post(f"/studies/{study.slug}/invitations/{number}/revoke")

    assert browser.post(f"{API}/studies/{study.slug}/assignments").status_code == 401
    again = browser.get(link, headers={"Accept": "text/html"})
    assert (again.status_code, "This invitation link was revoked." in again.text) == (404, True)
    revoked = rows(cast, study)[1]
    assert (revoked["status"], revoked["votes"]) == ("revoked", 1)
    check = client_of(either_installation, cast.alice).get(f"{API}/studies/{study.slug}/check")
    assert check.json() == {"differences": []}
    assert f"invitations/{number}/revoke" not in alice.get(f"/studies/{study.slug}/invitations").text


def test_only_the_owner_sees_and_revokes(
    cast: Cast, study: Study, alice: TestClient, client: TestClient
) -> None:
    bob = signed_in(cast.context, cast.bob)
    create(alice, study)
    number = rows(cast, study)[0]["id"]
    page = f"/studies/{study.slug}/invitations"

    assert [each.get(page).status_code for each in (bob, client)] == [404, 401]
    assert [each.get(f"{page}.csv").status_code for each in (bob, client)] == [404, 401]
    assert [each.post(f"{page}/{number}/revoke").status_code for each in (bob, client)] == [404, 401]
    refused(client_of(cast.context, cast.bob).get(f"{API}{page}"), 404, "not_found")
    refused(client_of(cast.context, cast.bob).post(f"{API}{page}/{number}/revoke"), 404, "not_found")
    refused(client_of(cast.context, cast.alice).post(f"{API}{page}/999999/revoke"), 404, "unknown_invitation")


def test_the_table_escapes_labels_for_spreadsheets(cast: Cast, study: Study, alice: TestClient) -> None:
    create(alice, study, count="1", label="=1+1")

    answer = alice.get(f"/studies/{study.slug}/invitations.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))

    assert row["label"] == "'=1+1"
    assert (row["status"], row["annotator"]) == ("unused", "")
    assert "invite/" not in answer.text


def test_previews_are_left_out(cast: Cast, study: Study, alice: TestClient) -> None:
    alice.post(f"/studies/{study.slug}/preview")

    assert rows(cast, study) == []


def test_the_client_lists_and_revokes(cast: Cast, study: Study) -> None:
    with serving(cast.context) as address, Client(address, cast.alice.key) as client:
        client.studies.invite(study.slug, 3, label="lab")
        newest, *_ = client.invitations.list(study.slug)
        revoked = client.invitations.revoke(study.slug, newest.id)

        assert (newest.label, newest.status) == ("lab 3", "unused")
        assert (revoked.id, revoked.status) == (newest.id, "revoked")
