"""Prolific's signed links: keys, key rotation, claims, and forged or replayed tokens."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc import jwt
from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.errors import AppError, Invalid
from app.platforms.signed_links import parse_signed_link
from app.security.cached_document import DocumentUnavailable
from app.security.key_set import KeySet
from app.settings import Settings
from app.tables.platforms import PlatformSession
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import Platform
from tests.acting import assign, refused
from tests.app.api.conftest import client_of
from tests.app.platforms.prolific_api import (
    FIRST,
    IDS,
    KEYS,
    NEXT,
    PID,
    STUDY_ID,
    ProlificApi,
    running_api,
    signed,
)
from tests.app.security.forged_tokens import encoded, signed_with_the_public_key, unsigned
from tests.cast import Cast, Study
from tests.conftest import settings_for

SERVER = "http://127.0.0.1:8000"
URL = f"{SERVER}/studies/motif-study/join"
PLATFORM = Platform.model_validate({"kind": "prolific", "study_id": STUDY_ID, "signed_links": True})


@pytest.fixture(scope="module")
def running() -> Iterator[ProlificApi]:
    with running_api() as api:
        yield api


@pytest.fixture
def api(running: ProlificApi) -> ProlificApi:
    running.published, running.requests, running.fault = [FIRST], [], None
    return running


@pytest.fixture
def keys(api: ProlificApi) -> KeySet:
    return KeySet(f"{api.address}/.well-known/study/jwks.json")


@pytest.fixture
def context(
    migrated_sqlite: Path, tmp_path: Path, open_one: Callable[[Settings], AppContext], api: ProlificApi
) -> AppContext:
    shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
    return open_one(settings_for(tmp_path, prolific_api_url=api.address))


@pytest.fixture
def study(cast: Cast) -> Study:
    study = cast.open_study(others=["cinemo"], phases=Phases())
    owner = client_of(cast.context, cast.alice)
    sent = PLATFORM.model_dump(mode="json")
    assert owner.put(f"/api/v1/studies/{study.slug}/platform", json=sent).status_code == 200
    return study


def check(token: str, keys: KeySet, **more: str) -> str:
    """Return the participant of a token, with the server's own checks."""
    link = parse_signed_link(
        PLATFORM, {"prolific_token": token} | more, keys=keys, study_url=URL, now=utc_now()
    )
    return link.ids.participant


def sent_again(token: str, **header: object) -> str:
    """Return a token with the same claims, but with another header and without a signature."""
    claims = jwt.decode(token, KEYS[FIRST], algorithms=["RS256"]).claims
    return unsigned({"kid": FIRST} | header, claims)


def forgeries() -> Iterator[tuple[str, str, str]]:
    right = signed(SERVER)
    claims = jwt.decode(right, KEYS[FIRST], algorithms=["RS256"]).claims
    head, payload, signature = right.split(".")
    other = encoded(claims | {"sub": "x"})
    yield "no token", "", "not_signed"
    yield "no token at all", "a.b.c", "not_signed"
    yield "a header that is no object", "W10.e30.x", "not_signed"
    yield "too long", "a" * 9000, "not_signed"
    yield "not ASCII", "ä" * 40, "not_signed"
    yield "no kid", unsigned({"alg": "RS256"}, claims), "not_signed"
    yield "a kid that is a number", sent_again(right, alg="RS256", kid=7), "not_signed"
    yield "alg none", sent_again(right, alg="none"), "not_signed"
    yield "alg None", sent_again(right, alg="None"), "not_signed"
    yield (
        "HS256 with the public key",
        signed_with_the_public_key(KEYS[FIRST], claims, kid=FIRST),
        "not_signed",
    )
    yield "other claims", f"{head}.{other}.{signature}", "not_signed"
    yield "no signature", f"{head}.{payload}.", "not_signed"
    yield "signed by another key", signed(SERVER, key=NEXT), "not_signed"
    yield "another server", signed("https://elsewhere.example.org"), "not_signed"
    yield "another port", signed("http://127.0.0.1:9000"), "not_signed"
    yield "another study here", signed(f"{SERVER}/studies/other/join"), "not_signed"
    yield "no audience", signed(SERVER, aud=None), "not_signed"
    yield "an audience that cannot be read", signed("http://["), "not_signed"
    yield "no time", signed(SERVER, exp=None), "not_signed"
    yield "a time that is no number", signed(SERVER, exp="soon"), "not_signed"
    yield "a time that never ends", signed(SERVER, exp=1e300), "not_signed"
    yield "expired", signed(SERVER, exp=int(time.time()) - 60), "expired_link"
    yield "not valid yet", signed(SERVER, nbf=int(time.time()) + 600), "not_signed"
    yield "no ids", signed(SERVER, prolific=None), "not_signed"
    yield "an id with a line break", signed(SERVER, PROLIFIC_PID="a\nb"), "not_signed"
    yield "another study on Prolific", signed(SERVER, STUDY_ID="60aa00000000000000000002"), "other_study"


def test_a_signed_link_names_the_participant(keys: KeySet) -> None:
    for audience in (SERVER, f"{SERVER}/", "127.0.0.1:8000", URL, f"{URL}?a=b", [SERVER, "other"]):
        assert check(signed(SERVER, aud=audience), keys) == PID
    assert check(signed(SERVER), keys, **IDS) == PID


def test_every_forged_or_expired_link_is_refused(keys: KeySet) -> None:
    for name, token, code in forgeries():
        with pytest.raises(Invalid) as refusal:
            check(token, keys)
        assert (name, refusal.value.code) == (name, code)


def test_plain_ids_beside_the_token_must_be_the_same(keys: KeySet) -> None:
    with pytest.raises(AppError, match="did not sign"):
        check(signed(SERVER), keys, PROLIFIC_PID="5f9b1c2d3e4f5a6b7c8d9e0f")


def test_the_keys_are_fetched_once_and_again_for_a_new_key(api: ProlificApi, keys: KeySet) -> None:
    now = utc_now()
    assert keys.find(FIRST, now=now)
    assert keys.find(FIRST, now=now + timedelta(hours=11))
    assert len(api.requests) == 1

    # Forged links with unknown keys cause one request in half a minute.
    assert keys.find(NEXT, now=now + timedelta(seconds=10)) is None
    assert len(api.requests) == 1

    api.published = [NEXT]
    assert keys.find(NEXT, now=now + timedelta(hours=11, seconds=1))
    assert keys.find(FIRST, now=now + timedelta(hours=11, seconds=2)) is None
    assert len(api.requests) == 2


def test_keys_are_trusted_for_a_day_while_prolific_does_not_answer(api: ProlificApi, keys: KeySet) -> None:
    now = utc_now()
    assert keys.find(FIRST, now=now)
    api.fault = 500

    assert keys.find(FIRST, now=now + timedelta(hours=23))
    with pytest.raises(DocumentUnavailable):
        keys.find(FIRST, now=now + timedelta(hours=25))
    assert len(api.requests) == 3


@pytest.mark.parametrize("published", [{"keys": [{"kty": "EC", "kid": FIRST}]}, {"keys": {}}, [], {}])
def test_other_keys_are_ignored(api: ProlificApi, published: object) -> None:
    api.answer = lambda *_: (200, published)  # type: ignore[method-assign]
    try:
        with pytest.raises(AppError):
            check(signed(SERVER), KeySet(f"{api.address}/keys"))
    finally:
        del api.answer


def browser(client: TestClient) -> TestClient:
    return TestClient(client.app, base_url="http://testserver")


def join(client: TestClient, study: Study, token: str) -> Response:
    return client.get(f"/studies/{study.slug}/join", params={"prolific_token": token})


def test_a_link_works_again_in_its_browser_but_not_in_another(
    client: TestClient, context: AppContext, study: Study
) -> None:
    token = signed(SERVER)

    assert join(client, study, token).url.path == f"/studies/{study.slug}/vote"
    assert join(client, study, token).url.path == f"/studies/{study.slug}/vote"
    held = assign(client, study)["token"]
    replayed = join(browser(client), study, token)

    assert replayed.status_code == 422
    assert "This link was already used in another browser" in replayed.text
    assert assign(client, study)["token"] == held
    with context.database.read() as session:
        assert [row.is_verified for row in session.scalars(select(PlatformSession))] == [True]


def test_unsigned_links_are_refused_and_nothing_is_stored(
    client: TestClient, context: AppContext, study: Study
) -> None:
    answer = client.get(f"/studies/{study.slug}/join", params=IDS)

    assert (answer.status_code, "did not sign this link" in answer.text) == (422, True)
    with context.database.read() as session:
        assert list(session.scalars(select(PlatformSession))) == []


def test_without_keys_the_page_asks_to_try_again_later(
    client: TestClient, api: ProlificApi, study: Study
) -> None:
    api.fault = 503

    answer = join(client, study, signed(SERVER))

    assert (answer.status_code, "could not be read" in answer.text) == (503, True)


def test_ids_are_verified_only_if_every_link_was_signed(
    client: TestClient, cast: Cast, context: AppContext, study: Study
) -> None:
    owner, path = client_of(context, cast.alice), f"/api/v1/studies/{study.slug}/platform"
    unsigned_too = PLATFORM.model_dump(mode="json") | {"signed_links": False}

    def verified() -> bool:
        return bool(owner.get(f"{path}/payments").json()["payments"][0]["ids_verified"])

    join(client, study, signed(SERVER))
    assert verified()
    owner.put(path, json=unsigned_too)
    client.get(f"/studies/{study.slug}/join", params=IDS)
    assert not verified()
    owner.put(path, json=PLATFORM.model_dump(mode="json"))
    join(client, study, signed(SERVER))
    assert not verified()


def test_signed_links_need_the_study_on_prolific(client: TestClient, cast: Cast, study: Study) -> None:
    owner = client_of(cast.context, cast.alice)

    sent = PLATFORM.model_dump(mode="json") | {"study_id": None}

    refused(owner.put(f"/api/v1/studies/{study.slug}/platform", json=sent), 422, "invalid_field")
