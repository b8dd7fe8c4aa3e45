"""The page on which admins manage people, sign-in links and keys."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.security.tokens import new_token
from app.tables.people import ApiKey, Person
from tests.app.results.page_voters import signed_in
from tests.cast import Cast
from tests.page_text import text_of

PEOPLE, KEYS = "/people", "/people/keys"


def secret_in(html: str) -> str:
    found: str = re.findall(r"<textarea[^>]*>([^<]+)</textarea>", html)[0]
    return found


@pytest.fixture
def ada(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.ada)


def number_of(cast: Cast, name: str) -> int:
    with cast.context.database.read() as session:
        return session.scalars(select(Person.id).where(Person.name == name)).one()


def keys(cast: Cast) -> int:
    with cast.context.database.read() as session:
        return session.execute(select(func.count()).select_from(ApiKey)).scalar_one()


def test_only_admins_open_it(cast: Cast, ada: TestClient, client: TestClient) -> None:
    alice = signed_in(cast.context, cast.alice)

    assert [each.get(PEOPLE).status_code for each in (ada, alice, client)] == [200, 403, 401]
    for address in (PEOPLE, KEYS, f"{KEYS}/1/revoke", "/people/1/disable", "/people/1/sign-in-link"):
        data = {"name": "x", "role": "admin", "nonce": new_token()}
        assert [each.post(address, data=data).status_code for each in (alice, client)] == [403, 401]
    assert 'href="/people"' in ada.get("/").text
    assert 'href="/people"' not in alice.get("/").text


def test_a_person_is_added_signs_in_and_is_disabled(cast: Cast, ada: TestClient, client: TestClient) -> None:
    ada.post(PEOPLE, data={"name": "Zoë", "role": "viewer"})
    number = number_of(cast, "Zoë")
    link = secret_in(ada.post(f"/people/{number}/sign-in-link").text)
    client.post(link[link.index("/sign-in/") :])
    assert "Signed in as Zoë" in client.get("/").text

    ada.post(f"/people/{number}/disable")

    assert "Signed in as Zoë" not in client.get("/").text
    assert "disabled" in text_of(ada.get(PEOPLE).text)
    assert ada.post(f"/people/{number}/sign-in-link").status_code == 409
    ada.post(f"/people/{number}/enable")
    assert ada.post(f"/people/{number}/sign-in-link").status_code == 200


def test_a_form_sent_twice_makes_one_key_and_shows_it_again(
    cast: Cast, ada: TestClient, client: TestClient
) -> None:
    before = keys(cast)
    form = {"name": "alice", "role": "researcher", "days": "30", "nonce": new_token()}

    first, second = (secret_in(ada.post(KEYS, data=form).text) for _ in range(2))

    assert first == second
    assert keys(cast) == before + 1
    assert client.get("/api/v1/studies", headers={"Authorization": f"Bearer {first}"}).status_code == 200
    assert first[:10] in ada.get(PEOPLE).text
    assert first not in ada.get(PEOPLE).text


def test_ticked_scopes_limit_a_key(ada: TestClient, client: TestClient) -> None:
    form = {"name": "alice", "role": "researcher", "scopes": ["read"], "nonce": new_token()}

    secret = secret_in(ada.post(KEYS, data=form).text)

    key = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/studies", headers=key).status_code == 200
    refused = client.put("/api/v1/models/newcomer", headers=key, json={"name": "Newcomer"})
    assert (refused.status_code, refused.json()["error"]) == (403, "missing_scope")
    wrong = ada.post(KEYS, data=form | {"scopes": ["work"], "nonce": new_token()})
    assert wrong.status_code == 422
    assert "A key of this role has the scopes read, study, submit." in text_of(wrong.text)
    assert re.search(r'value="work"\s+checked', wrong.text)


def test_a_changed_form_makes_another_key(cast: Cast, ada: TestClient) -> None:
    before, nonce = keys(cast), new_token()

    alices = secret_in(ada.post(KEYS, data={"name": "alice", "role": "researcher", "nonce": nonce}).text)
    bobs = secret_in(ada.post(KEYS, data={"name": "bob", "role": "researcher", "nonce": nonce}).text)

    assert alices != bobs
    assert keys(cast) == before + 2


def test_a_revoked_key_works_no_more(ada: TestClient, client: TestClient) -> None:
    form = {"name": "alice", "role": "researcher", "nonce": new_token()}
    secret = secret_in(ada.post(KEYS, data=form).text)
    number = re.findall(rf"{secret[:10]}.*?/people/keys/(\d+)/revoke", ada.get(PEOPLE).text, re.DOTALL)[0]

    ada.post(f"{KEYS}/{number}/revoke")

    assert client.get("/api/v1/studies", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize(
    ("address", "fields", "status", "message"),
    [
        (PEOPLE, {"name": "a/b", "role": "viewer"}, 422, "Write a name of 1 to 80 printable characters"),
        (PEOPLE, {"name": "x", "role": "king"}, 422, "Choose a role."),
        (PEOPLE, {"name": "alice", "role": "viewer"}, 409, "Somebody has this name"),
        (KEYS, {"name": "x", "role": "viewer", "days": "soon"}, 422, "a whole number from 1 to 3,650"),
        (KEYS, {"name": "x", "role": "viewer", "days": "0"}, 422, "a whole number from 1 to 3,650"),
        (KEYS, {"name": "x", "role": "viewer", "scopes": "fly"}, 422, "Choose from the listed scopes."),
        (KEYS, {"name": "alice", "role": "admin"}, 409, "has the role researcher"),
    ],
)
def test_a_wrong_field_is_reported_and_nothing_is_stored(
    cast: Cast, ada: TestClient, address: str, fields: dict[str, str], status: int, message: str
) -> None:
    before = keys(cast)

    answer = ada.post(address, data=fields | {"nonce": new_token()})

    assert answer.status_code == status
    assert message in text_of(answer.text)
    assert "Input should" not in answer.text
    assert answer.text.count(f'value="{fields["name"]}"') == 1  # in one form only
    assert keys(cast) == before


def test_an_admin_cannot_disable_their_own_account(cast: Cast, ada: TestClient) -> None:
    number = number_of(cast, "ada")

    assert f"/people/{number}/disable" not in ada.get(PEOPLE).text
    assert ada.post(f"/people/{number}/disable").status_code == 409
    with cast.context.database.read() as session:
        assert session.get_one(Person, number).disabled_at is None


def test_unknown_people_and_keys_are_not_found(ada: TestClient) -> None:
    assert ada.post("/people/999999/disable").status_code == 404
    assert ada.post(f"{KEYS}/999999/revoke").status_code == 404
    assert ada.post(f"/people/{2**63}/disable").status_code == 422
