"""Sign-in links and invitation links, and their cookies."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.clock import utc_now
from app.context import AppContext
from app.security.browsers import create_sign_in_link, open_browser
from app.security.tokens import hash_token
from app.tables.people import Annotator, BrowserSession, Person, SignInLink
from tests.acting import ask, assign, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import Actor, Cast, Study, enter
from tests.races import wait_until_blocked

COOKIE = "ti2v_session"


def link_of(context: AppContext, actor: Actor) -> str:
    with context.database.write() as session:
        person = session.get_one(Person, actor.principal.person_id)
        token = create_sign_in_link(session, person=person, now=utc_now(), minutes=60)
    return f"/sign-in/{token}"


def sign_in(client: TestClient, context: AppContext, actor: Actor) -> TestClient:
    answer = client.post(link_of(context, actor), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return client


def browsers(context: AppContext) -> int:
    with context.database.read() as session:
        return session.execute(select(func.count()).select_from(BrowserSession)).scalar_one()


def test_a_sign_in_link_works_once(client: TestClient, cast: Cast, context: AppContext) -> None:
    link = link_of(context, cast.ada)

    assert client.post(link, follow_redirects=False).status_code == 303
    assert client.get("/api/v1/studies").status_code == 200
    somebody_else = client_of(context)
    refused(somebody_else.get(link), 401, "sign_in_link_used")
    refused(somebody_else.post(link), 401, "sign_in_link_used")
    assert COOKIE not in somebody_else.cookies
    assert browsers(context) == 1


def test_an_expired_link_is_refused_and_leaves_no_session(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    link = link_of(context, cast.ada)
    with context.database.write() as session:
        session.execute(update(SignInLink).values(expires_at=utc_now() - timedelta(seconds=1)))

    refused(client.get(link), 401, "sign_in_link_used")
    refused(client.post(link), 401, "sign_in_link_used")
    assert browsers(context) == 0


def test_a_mail_scanner_that_follows_the_link_does_not_spend_it(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    link, scanner = link_of(context, cast.ada), client_of(context)

    seen = [scanner.get(link) for _ in range(2)] + [scanner.head(link)]

    assert [each.status_code for each in seen] == [200, 200, 405]
    assert f'<form method="post" action="{link}"' in seen[0].text
    assert "Sign in as ada" in seen[0].text
    assert (COOKIE in scanner.cookies, browsers(context)) == (False, 0)
    assert client.post(link, follow_redirects=False).status_code == 303


def test_another_site_cannot_sign_a_browser_in(client: TestClient, cast: Cast, context: AppContext) -> None:
    link = link_of(context, cast.ada)

    refused(client.post(link, headers={"Sec-Fetch-Site": "cross-site"}), 403, "cross_site")

    assert client.post(link, follow_redirects=False).status_code == 303


def test_a_disabled_person_cannot_sign_in_and_is_out_at_once(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    sign_in(client, context, cast.bob)
    another = link_of(context, cast.bob)
    with context.database.write() as session:
        session.execute(update(Person).values(disabled_at=utc_now()))

    refused(client.get("/api/v1/studies"), 401, "not_signed_in")
    refused(client_of(context).get(another), 401, "account_disabled")
    refused(client_of(context).post(another), 401, "account_disabled")


@pytest.mark.parametrize("token", ["a" * 43, "a" * 20])
def test_an_unknown_invitation_is_404_and_sets_nothing(
    client: TestClient, study: Study, context: AppContext, token: str
) -> None:
    answer = client.get(f"/invite/{token}")

    refused(answer, 404, "not_found")
    assert "set-cookie" not in answer.headers
    assert browsers(context) == 0


def test_an_invitation_opened_twice_is_one_annotator(
    client: TestClient, study: Study, context: AppContext
) -> None:
    link = f"/invite/{study.invite()[0]}"
    elsewhere = client_of(context)

    for browser in (client, elsewhere, client):
        assert browser.get(link).status_code == 200

    with context.database.read() as session:
        assert session.execute(select(func.count()).select_from(Annotator)).scalar_one() == 1
    assert assign(client, study)["token"] == assign(elsewhere, study)["token"]


def test_of_two_answers_at_once_the_browser_may_keep_either_cookie(either_installation: AppContext) -> None:
    database = either_installation.database

    def opened(cookie: str | None, meanwhile: Callable[[], None] = lambda: None) -> str:
        with database.write() as session:
            fresh = open_browser(session, cookie=cookie, now=utc_now(), days=1).cookie
            meanwhile()
            return fresh

    before = opened(None)
    with ThreadPoolExecutor() as other_request:
        second: list[Future[str]] = []

        def the_same_again() -> None:
            second.append(other_request.submit(opened, before))
            wait_until_blocked(database)

        first = opened(before, the_same_again)

        cookies = {first, second[0].result()}
    with database.read() as session:
        known = session.scalars(select(BrowserSession.token_hash)).all()
    assert {hash_token(cookie) for cookie in cookies} <= set(known)


def test_on_a_shared_computer_whoever_opened_their_link_last_votes(client: TestClient, study: Study) -> None:
    first, second = (f"/invite/{secret}" for secret in study.invite(2))
    client.get(first)
    of_the_first = assign(client, study)["token"]

    assert client.get(second).status_code == 200

    assert assign(client, study)["token"] != of_the_first
    refused(vote(client, of_the_first), 404, "not_found")
    client.get(first)
    assert assign(client, study)["token"] == of_the_first


def test_one_browser_takes_part_in_several_studies(client: TestClient, cast: Cast) -> None:
    one, another = cast.open_study("one"), cast.open_study("another")

    enter(client, one)
    enter(client, another)

    assert assign(client, one)["token"] != assign(client, another)["token"]


def test_a_planted_cookie_gains_nothing(
    client: TestClient, cast: Cast, study: Study, context: AppContext
) -> None:
    """Mallory sets her own cookie in the victim's browser, and waits until the victim signs in."""
    mallory = enter(client_of(context), study)
    planted = mallory.cookies[COOKIE]
    client.cookies.set(COOKIE, planted)

    sign_in(client, context, cast.ada)

    assert client.cookies.get(COOKIE, domain="testserver.local") != planted
    refused(mallory.get("/api/v1/studies"), 401, "not_signed_in")


@pytest.mark.parametrize("planted", ["a" * 43, "", '"', "x" * 4000, "%00", "ti2v; Path=/"])
def test_a_made_up_cookie_is_replaced_never_adopted(client: TestClient, study: Study, planted: str) -> None:
    answer = client.get(f"/invite/{study.invite()[0]}", headers={"Cookie": f"{COOKIE}={planted}"})

    assert answer.status_code == 200
    fresh = answer.headers["set-cookie"].split(";")[0]
    assert fresh.startswith(f"{COOKIE}=")
    assert fresh != f"{COOKIE}={planted}"
    assert len(fresh) == len(COOKIE) + 1 + 43


def test_the_cookie_changes_with_every_right_and_the_old_one_ends(
    client: TestClient, cast: Cast, study: Study, context: AppContext
) -> None:
    enter(client, study)
    before = client.cookies[COOKIE]
    token = assign(client, study)["token"]

    sign_in(client, context, cast.alice)

    assert client.cookies[COOKIE] != before
    assert vote(client, token).status_code == 201, "the annotator of before goes on in the same browser"
    refused(ask(client_of_cookie(context, before), study), 401, "not_invited")


def test_signing_out_ends_the_session_on_the_server(
    client: TestClient, cast: Cast, study: Study, context: AppContext
) -> None:
    sign_in(enter(client, study), context, cast.alice)
    kept = client.cookies[COOKIE]

    answer = client.post("/sign-out", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    old = client_of_cookie(context, kept)
    refused(old.get("/api/v1/studies"), 401, "not_signed_in")
    refused(ask(old, study), 401, "not_invited")


def test_an_expired_browser_session_is_signed_out(
    client: TestClient, study: Study, context: AppContext
) -> None:
    enter(client, study)
    with context.database.write() as session:
        session.execute(update(BrowserSession).values(expires_at=utc_now() - timedelta(seconds=1)))

    refused(ask(client, study), 401, "not_invited")


def test_the_database_holds_no_secret_of_a_link_or_cookie(
    client: TestClient, cast: Cast, study: Study, context: AppContext
) -> None:
    link = link_of(context, cast.ada)
    invitation = study.invite()[0]
    client.get(f"/invite/{invitation}")
    cookie = client.cookies[COOKIE]

    context.database.close()
    stored = b"".join(path.read_bytes() for path in context.settings.home.glob("ti2v.sqlite3*"))
    for secret in (link.removeprefix("/sign-in/"), invitation, cookie):
        assert secret.encode() not in stored


def client_of_cookie(context: AppContext, cookie: str) -> TestClient:
    client = client_of(context)
    client.cookies.set(COOKIE, cookie)
    return client
