"""Sign-in with an OpenID Connect provider: redirects, and forged tokens."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.clock import utc_now
from app.errors import Unavailable
from app.security.cached_document import MIN_INTERVAL
from app.security.openid_provider import DISCOVERY_PATH
from app.tables import Base
from app.tables.audit import AuditEvent
from benchmark.protocol import Role
from tests.app.api.conftest import client_of
from tests.app.openid.conftest import Install
from tests.app.openid.openid_server import (
    CLIENT_ID,
    KEY,
    OTHER_KEY,
    Claims,
    OpenIdServer,
    signed,
)
from tests.app.openid.sign_in_browser import PAGE, come_back, follow, is_signed_in, people
from tests.app.security.forged_tokens import signed_with_the_public_key, unsigned
from tests.conftest import settings_for


def test_a_person_signs_in_and_comes_back_to_the_wanted_page(
    install: Install, provider: OpenIdServer
) -> None:
    context = install()
    browser = client_of(context)
    assert "Sign in with your organisation" in browser.get("/tasks?x=1", headers=PAGE).text

    answer = come_back(browser, provider, "/tasks?x=1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?x=1")
    assert is_signed_in(browser)
    with context.database.read() as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.actor, event.action, event.subject) == ("openid", "person.connect", "Alice@Example.org")
    # From now on the account counts, whatever its address is.
    provider.account = {"sub": "subject-1", "email": "married@example.org", "email_verified": False}
    again = client_of(context)
    assert come_back(again, provider).status_code == 303
    assert is_signed_in(again)
    assert people(context) == {"Alice@Example.org": Role.RESEARCHER}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_the_server_identifies_itself_as_the_provider_asks(
    install: Install, provider: OpenIdServer, method: str
) -> None:
    provider.auth_methods = (method,)
    secret = {"openid_client_secret": None} if method == "none" else {}

    assert come_back(client_of(install(**secret)), provider).status_code == 303


def _with(**changes: object) -> Callable[[Claims], str]:
    return lambda claims: signed(
        {name: value for name, value in (claims | changes).items() if value is not None}
    )


FORGED = {
    "no algorithm": lambda claims: unsigned({"alg": "none", "kid": "first"}, claims),
    "the public key as a secret": lambda claims: signed_with_the_public_key(KEY, claims, kid="first"),
    "another key": lambda claims: signed(claims, OTHER_KEY),
    "an unknown key": lambda claims: signed(claims, OTHER_KEY, kid="other"),
    "no token": lambda _: "x",
    "a huge token": lambda _: "x" * 20_000,
    # The time is that of the sign-in: the whole suite can take longer than a token is valid.
    "expired": lambda claims: _with(exp=int(time.time()) - 120)(claims),
    "from the future": lambda claims: _with(iat=int(time.time()) + 600)(claims),
    "no end": _with(exp=None),
    "another issuer": _with(iss="https://login.example.org"),
    "another audience": _with(aud="another-client"),
    "several audiences, for nobody": _with(aud=[CLIENT_ID, "another-client"]),
    "several audiences, for another": _with(aud=[CLIENT_ID, "another-client"], azp="another-client"),
    "another nonce": _with(nonce="0" * 64),
    "no nonce": _with(nonce=None),
    "no subject": _with(sub=None),
    "an empty subject": _with(sub=""),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_or_old_token_signs_nobody_in(
    install: Install, provider: OpenIdServer, forgery: str
) -> None:
    provider.sign = FORGED[forgery]
    browser = client_of(install())

    answer = come_back(browser, provider)

    assert answer.status_code == 401
    assert "Sign in again" in answer.text
    assert not is_signed_in(browser)


def test_a_token_for_several_audiences_that_was_made_for_us_is_accepted(
    install: Install, provider: OpenIdServer
) -> None:
    provider.sign = _with(aud=[CLIENT_ID, "another-client"], azp=CLIENT_ID)

    assert come_back(client_of(install()), provider).status_code == 303


def test_an_answer_belongs_to_the_browser_that_began_and_works_once(
    install: Install, provider: OpenIdServer
) -> None:
    context = install()
    attacker, victim = client_of(context), client_of(context)
    begun = attacker.get("/openid/start", follow_redirects=False)
    back = provider.authorize(begun.headers["location"])

    # The victim never began, or began another time, or the answer names another provider.
    assert follow(victim, back).status_code == 401
    victim.get("/openid/start", follow_redirects=False)
    assert follow(victim, back).status_code == 401
    assert not is_signed_in(victim)
    other = back.replace("iss=http", "iss=https")
    assert other != back
    assert follow(attacker, other).status_code == 401

    assert follow(attacker, back).status_code == 303
    assert follow(attacker, back).status_code == 401


def test_the_verifier_never_leaves_the_server(install: Install, provider: OpenIdServer) -> None:
    """The stand-in checks the verifier of each code, so this sign-in uses PKCE."""
    browser = client_of(install())
    begun = browser.get("/openid/start", follow_redirects=False)
    back = provider.authorize(begun.headers["location"])
    (asked,) = provider.codes.values()
    asked["code_challenge"] = "0" * 43

    assert follow(browser, back).status_code == 401
    assert len(asked["nonce"]) == 64
    assert asked["nonce"] not in browser.cookies.get("ti2v_openid", "")


def test_the_provider_refuses_or_the_target_is_elsewhere(install: Install, provider: OpenIdServer) -> None:
    context = install()
    browser = client_of(context)
    begun = browser.get("/openid/start", follow_redirects=False)
    state = provider.authorize(begun.headers["location"]).partition("state=")[2].partition("&")[0]
    refusal = browser.get("/openid/callback", params={"error": "access_denied", "state": state}, headers=PAGE)
    assert (refusal.status_code, "did not sign you in" in refusal.text) == (401, True)

    for target in ("//example.org", "https://example.org/x", "/\\example.org"):
        assert come_back(client_of(context), provider, target).headers["location"] == "/"


FAULTS: list[dict[str, tuple[int, object]]] = [
    {DISCOVERY_PATH: (500, {})},
    {DISCOVERY_PATH: (200, "no JSON")},
    {DISCOVERY_PATH: (200, {"issuer": "https://login.example.org"})},
]


@pytest.mark.parametrize("faults", FAULTS)
def test_a_broken_provider_is_503_and_later_works(
    install: Install, provider: OpenIdServer, faults: dict[str, tuple[int, object]]
) -> None:
    provider.faults = faults
    context = install()
    for _ in range(2):
        answer = client_of(context).get("/openid/start", headers=PAGE)
        assert (answer.status_code, "sign-in provider does not respond" in answer.text) == (503, True)
    assert provider.requests == [DISCOVERY_PATH]

    provider.faults = {}
    assert context.openid is not None
    context.openid.discover(utc_now() + MIN_INTERVAL)
    assert come_back(client_of(context), provider).status_code == 303


def test_known_endpoints_are_used_for_a_day_while_the_provider_does_not_answer(
    install: Install, provider: OpenIdServer
) -> None:
    known = install().openid
    assert known is not None
    now = utc_now()
    endpoints = known.discover(now)
    provider.faults = FAULTS[0]

    assert known.discover(now + timedelta(hours=13)) == endpoints
    assert known.discover(now + timedelta(hours=13, seconds=1)) == endpoints
    assert provider.requests == [DISCOVERY_PATH] * 2
    with pytest.raises(Unavailable):
        known.discover(now + timedelta(hours=25))


@pytest.mark.parametrize(
    ("faults", "status"),
    [
        ({"/token": (500, {})}, 503),
        ({"/token": (200, "no JSON")}, 401),
        ({"/token": (200, {})}, 401),
        ({"/token": (400, {"error": "invalid_grant"})}, 401),
        ({"/keys": (500, {})}, 503),
    ],
)
def test_a_failed_code_exchange_is_no_sign_in(
    install: Install, provider: OpenIdServer, faults: dict[str, tuple[int, object]], status: int
) -> None:
    browser = client_of(install())
    begun = browser.get("/openid/start", follow_redirects=False)
    back = provider.authorize(begun.headers["location"])
    provider.faults = faults

    assert follow(browser, back).status_code == status
    assert not is_signed_in(browser)


def test_without_a_provider_the_sign_in_route_does_not_exist(client: TestClient) -> None:
    assert client.get("/openid/start").status_code == 404
    assert client.get("/openid/callback").status_code == 404
    assert "openid" not in client.get("/sign-in", headers=PAGE).text


def test_the_database_has_no_place_for_a_password() -> None:
    columns = {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
    }
    assert not {name for name in columns if "password" in name}


@pytest.mark.parametrize(
    "changes",
    [
        {"openid_issuer": "http://login.example.org", "openid_client_id": "x"},
        {"openid_issuer": "login", "openid_client_id": "x"},
        {"openid_issuer": "https://login.example.org"},
        {"openid_new_role": "admin"},
    ],
)
def test_settings_that_would_be_insecure_are_refused(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"openid|OPENID|https"):
        settings_for(tmp_path, **changes)
