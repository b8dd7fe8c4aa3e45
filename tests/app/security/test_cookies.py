"""Cookies under https: Cookies with the prefix `__Host-`, which another host of the domain cannot set."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.clock import utc_now
from app.context import AppContext
from app.main import create_app
from app.security.browsers import create_sign_in_link
from app.tables.people import Person
from tests.app.results.page_voters import close
from tests.app.results.test_published import link_on, publish
from tests.cast import Cast
from tests.conftest import settings_for

SITE = "https://bench.example.org"


@pytest.fixture
def secure(cast: Cast) -> AppContext:
    """The cast's installation with a public address under https."""
    settings = settings_for(cast.context.settings.home, public_url=SITE)
    return replace(cast.context, settings=settings)


def browser_of(context: AppContext) -> TestClient:
    return TestClient(create_app(context), base_url=SITE)


def sign_in_path(cast: Cast) -> str:
    with cast.context.database.write() as session:
        person = session.get_one(Person, cast.alice.principal.person_id)
        return f"/sign-in/{create_sign_in_link(session, person=person, now=utc_now(), minutes=5)}"


def test_every_cookie_has_the_prefix_and_works(cast: Cast, secure: AppContext) -> None:
    study = cast.open_study()
    invitation = f"/invite/{study.invite()[0]}"
    close(study, cast.alice)
    browser = browser_of(secure)
    answers = [
        browser.post(sign_in_path(cast), follow_redirects=False),
        browser.get(invitation, follow_redirects=False),
        browser.get(link_on(publish(cast, "unlisted")), follow_redirects=False),
        browser.post("/sign-out", follow_redirects=False),
    ]

    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert [cookie.partition("=")[0] for cookie in cookies[:2]] == ["__Host-ti2v_session"] * 2
    assert len(cookies) == 4
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith("__Host-ti2v_")
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)


def test_a_planted_cookie_without_the_prefix_is_ignored(cast: Cast, secure: AppContext) -> None:
    browser = browser_of(secure)
    browser.post(sign_in_path(cast), follow_redirects=False)
    value = browser.cookies["__Host-ti2v_session"]
    assert browser.get("/api/v1/tasks").status_code == 200

    planted = browser_of(secure)
    planted.cookies.set("ti2v_session", value)

    assert planted.get("/api/v1/tasks").status_code == 401


def test_a_request_for_another_host_changes_no_address(cast: Cast, secure: AppContext) -> None:
    """Links and redirects use the public address, not the value of the header Host."""
    browser = browser_of(secure)
    browser.headers.update(cast.alice.headers | {"Host": "evil.example.org"})
    study = cast.open_study("hosts")

    links = browser.post(f"/api/v1/studies/{study.slug}/invitations", json={"count": 1}).json()["links"]

    assert links[0].startswith(f"{SITE}/invite/")
    assert "evil" not in browser.get("/", headers={"Accept": "text/html"}).text
