"""The sign-in form: it appears on pages that need a sign-in, and then leads back to the page."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.clock import utc_now
from app.main import create_app
from app.security.identity import create_key
from app.tables.people import BrowserSession, Person
from benchmark.protocol import Role, Scope
from tests.app.results.page_voters import PAGE
from tests.cast import Cast, Study, make_actor

RESULTS = "/studies/motif-study/results?matchup=1"


@pytest.fixture
def stranger(cast: Cast) -> TestClient:
    return TestClient(create_app(cast.context), base_url="http://testserver", headers=PAGE)


def target_of(page: str) -> str:
    found = re.search(r'name="target" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_stranger_on_a_results_page_gets_the_form_and_no_advice_on_headers(
    stranger: TestClient, study: Study
) -> None:
    answer = stranger.get(RESULTS)

    assert answer.status_code == 401
    assert 'type="password"' in answer.text
    assert "Sign in to see this page." in answer.text
    assert "Bearer" not in answer.text
    assert target_of(answer.text) == RESULTS


def test_a_program_still_gets_the_error_as_json(cast: Cast, study: Study) -> None:
    client = TestClient(create_app(cast.context), base_url="http://testserver")

    assert client.get(RESULTS).json()["error"] == "not_signed_in"


def test_the_key_signs_in_and_redirects_to_the_page(stranger: TestClient, cast: Cast, study: Study) -> None:
    answer = stranger.post("/sign-in", data={"key": f" {cast.alice.key} ", "target": RESULTS})

    assert answer.history[0].status_code == 303
    assert str(answer.url).endswith(RESULTS)
    assert answer.status_code == 200
    assert "Signed in as alice" in stranger.get("/").text


@pytest.mark.parametrize("key", ["", "ti2v_unknown", "ti2v_" + "x" * 150])
def test_a_wrong_key_is_refused_and_the_target_is_kept(stranger: TestClient, study: Study, key: str) -> None:
    answer = stranger.post("/sign-in", data={"key": key, "target": RESULTS})

    assert answer.status_code == (401 if key else 422)
    if key:
        assert "This key is unknown" in answer.text
        assert target_of(answer.text) == RESULTS
    assert "Signed in as" not in stranger.get("/").text


def test_a_limited_key_opens_no_page(stranger: TestClient, cast: Cast) -> None:
    now = utc_now()
    with cast.context.database.write() as session:
        person = session.get_one(Person, cast.alice.principal.person_id)
        key = create_key(session, person=person, now=now, scopes=frozenset({Scope.READ}))

    answer = stranger.post("/sign-in", data={"key": key})

    assert answer.status_code == 401
    assert "This key is limited" in answer.text


def test_the_browser_stays_signed_in_no_longer_than_the_key(stranger: TestClient, cast: Cast) -> None:
    now = utc_now()
    with cast.context.database.write() as session:
        person = session.get_one(Person, cast.alice.principal.person_id)
        key = create_key(session, person=person, now=now, expires_at=now + timedelta(hours=1))

    stranger.post("/sign-in", data={"key": key})

    with cast.context.database.read() as session:
        assert session.scalars(select(BrowserSession.expires_at)).one() == now + timedelta(hours=1)


def test_a_workers_key_opens_no_page(stranger: TestClient, cast: Cast) -> None:
    worker = make_actor(cast.context, "worker", Role.WORKER)

    assert stranger.post("/sign-in", data={"key": worker.key}).status_code == 401
    assert "Signed in as" not in stranger.get("/").text


@pytest.mark.parametrize(
    "target", ["https://example.org/", "//example.org", "/\\example.org", "javascript:1"]
)
def test_the_form_never_redirects_to_another_site(stranger: TestClient, cast: Cast, target: str) -> None:
    answer = stranger.post("/sign-in", data={"key": cast.alice.key, "target": target}, follow_redirects=False)

    assert answer.headers["location"] == "/"


def test_another_site_cannot_sign_a_visitor_in(stranger: TestClient, cast: Cast) -> None:
    answer = stranger.post("/sign-in", data={"key": cast.alice.key}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert "Signed in as" not in stranger.get("/").text


def test_guessing_keys_is_slowed_down(stranger: TestClient, cast: Cast) -> None:
    per_minute = cast.context.settings.failed_keys_per_minute
    statuses = [
        stranger.post("/sign-in", data={"key": "ti2v_guess"}).status_code for _ in range(per_minute + 1)
    ]

    assert statuses == [401] * per_minute + [429]


def test_a_used_link_offers_the_form(stranger: TestClient, cast: Cast) -> None:
    answer = stranger.get("/sign-in/" + "a" * 43)

    assert answer.status_code == 401
    assert "This sign-in link was used" in answer.text
    assert target_of(answer.text) == "/"


def test_an_annotator_without_an_invitation_is_sent_to_the_link(stranger: TestClient, study: Study) -> None:
    answer = stranger.get("/studies/motif-study/vote")

    assert answer.status_code == 401
    assert "Open your invitation link" in answer.text
    assert 'type="password"' not in answer.text


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("http://testserver/models?page=2", "/models?page=2"),
        ("https://example.org/models", "/"),
        ("http://testserver//example.org", "/"),
        ("http://[", "/"),
        (None, "/"),
    ],
)
def test_a_refused_form_leads_back_to_its_page(
    stranger: TestClient, referer: str | None, target: str
) -> None:
    headers = {"Accept": "text/html"} | ({"Referer": referer} if referer else {})

    answer = stranger.post("/models", data={"slug": "wan"}, headers=headers)

    assert answer.status_code == 401
    assert "nothing was saved" in answer.text
    assert target_of(answer.text) == target
