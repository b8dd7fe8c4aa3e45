"""Only admins add people and keys over REST; a secret is shown only once."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.main import API
from app.tables.audit import AuditEvent
from benchmark.client.client import Client
from benchmark.protocol import Role, Scope
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import Actor, Cast, make_actor

DORA = {"name": "Dora Ünal", "role": "researcher"}


def keys_of(client: TestClient, **query: str) -> list[dict[str, object]]:
    answer = client.get(f"{API}/keys", params=query)
    assert answer.status_code == 200, answer.text
    keys: list[dict[str, object]] = answer.json()["keys"]
    return keys


def test_a_new_person_gets_a_key_that_works_until_it_is_revoked(either_cast: Cast) -> None:
    ada = client_of(either_cast.context, either_cast.ada)
    added = ada.post(f"{API}/people", json=DORA)
    created = ada.post(f"{API}/keys", json=DORA | {"days": 30, "scopes": ["read", "submit"]})

    assert (added.status_code, added.json()["keys"]) == (201, 0)
    assert created.status_code == 201
    dora = TestClient(ada.app, headers={"Authorization": f"Bearer {created.json()['key']}"})
    assert dora.get(f"{API}/submissions").status_code == 200
    refused(dora.post(f"{API}/studies/x/open"), 403, "missing_scope")
    (listed,) = keys_of(ada, name=DORA["name"])
    assert listed == {
        name: value for name, value in created.json().items() if name not in ("key", "last_used_at")
    } | {"last_used_at": listed["last_used_at"]}
    assert (listed["scopes"], listed["begins"]) == (["read", "submit"], created.json()["key"][:10])

    address = f"{API}/keys/{listed['id']}"
    assert [ada.delete(address).status_code for _ in range(2)] == [204, 204]
    refused(dora.get(f"{API}/submissions"), 401, "wrong_key")
    assert keys_of(ada, name=DORA["name"], active="true") == []
    assert len(keys_of(ada, name=DORA["name"], active="false")) == 1


def test_a_secret_is_in_no_list_and_in_no_audit_event(ada: TestClient, context: AppContext) -> None:
    secret = ada.post(f"{API}/keys", json=DORA).json()["key"]

    assert secret not in ada.get(f"{API}/keys").text
    with context.database.read() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.actor == "ada")).all()
    assert [each.action for each in events] == ["person.create", "key.create"]
    assert all(secret not in str(each.details) for each in events)


def test_names_and_roles_stay_with_their_people(ada: TestClient) -> None:
    assert ada.post(f"{API}/people", json=DORA).status_code == 201
    refused(ada.post(f"{API}/people", json=DORA), 409, "person_exists")
    refused(ada.post(f"{API}/keys", json=DORA | {"role": "admin"}), 409, "person_exists")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "role": "viewer"},
        {"name": "   ", "role": "viewer"},
        {"name": "a" * 81, "role": "viewer"},
        {"name": "a\nb", "role": "viewer"},
        {"name": "a\u0000", "role": "viewer"},
        {"name": "a/b", "role": "viewer"},
        {"name": "a\\b", "role": "viewer"},
        {"name": "a", "role": "owner"},
        {"name": "a"},
        {"name": "a", "role": "viewer", "days": 0},
        {"name": "a", "role": "viewer", "days": 3651},
        {"name": "a", "role": "viewer", "scopes": []},
        {"name": "a", "role": "viewer", "scopes": ["submit"]},
        {"name": "a", "role": "viewer", "scopes": ["fly"]},
        {"name": "a", "role": "viewer", "scopes": ["read", "read"]},
    ],
)
def test_a_key_of_another_form_is_refused(ada: TestClient, body: dict[str, object]) -> None:
    refused(ada.post(f"{API}/keys", json=body), 422, "invalid_field")


def test_a_disabled_person_is_refused_until_enabled(ada: TestClient, alice: TestClient) -> None:
    disabled = ada.post(f"{API}/people/alice/disable").json()
    refused(alice.get(f"{API}/studies"), 401, "wrong_key")
    refused(ada.post(f"{API}/people/alice/sign-in-link"), 409, "person_disabled")
    refused(ada.post(f"{API}/keys", json={"name": "alice", "role": "researcher"}), 409, "person_disabled")
    listed = ada.get(f"{API}/people", params={"disabled": "true"}).json()["people"]

    assert [each["name"] for each in listed] == ["alice"]
    assert disabled["disabled_at"] is not None
    assert keys_of(ada, name="alice", active="true") == []
    assert ada.post(f"{API}/people/alice/enable").json()["disabled_at"] is None
    assert alice.get(f"{API}/studies").status_code == 200


def test_a_sign_in_link_signs_one_browser_in_until_signed_out(
    ada: TestClient, context: AppContext, cast: Cast
) -> None:
    link = ada.post(f"{API}/people/bob/sign-in-link").json()["link"]
    path = link.removeprefix(context.settings.effective_public_url)
    browser = client_of(context)

    assert browser.post(path, follow_redirects=False).status_code == 303
    assert browser.get(f"{API}/studies").status_code == 200
    assert ada.get(f"{API}/people", params={"role": "researcher"}).json()["people"][1]["browsers"] == 1
    assert ada.post(f"{API}/people/bob/sign-out").json()["browsers"] == 0
    refused(browser.get(f"{API}/studies"), 401, "not_signed_in")


def test_an_admin_does_not_lock_themselves_out(ada: TestClient) -> None:
    refused(ada.post(f"{API}/people/ada/disable"), 409, "conflict")


def test_a_worker_gets_no_sign_in_link(ada: TestClient, context: AppContext) -> None:
    make_actor(context, "gpu-box", Role.WORKER)

    refused(ada.post(f"{API}/people/gpu-box/sign-in-link"), 409, "conflict")


def test_unknown_people_and_keys_are_404(ada: TestClient) -> None:
    for verb in ("sign-in-link", "sign-out", "disable", "enable"):
        answer = ada.post(f"{API}/people/canary-77c2/{verb}")
        refused(answer, 404, "unknown_person")
        assert "canary" not in answer.text
    refused(ada.delete(f"{API}/keys/999999"), 404, "not_found")
    for wrong in ("0", "-1", "x", str(2**63)):
        refused(ada.delete(f"{API}/keys/{wrong}"), 422, "invalid_field")


def test_only_admins_manage_people_and_keys(context: AppContext, cast: Cast, client: TestClient) -> None:
    viewer, worker = (make_actor(context, role, role) for role in (Role.VIEWER, Role.WORKER))
    routes = (
        ("POST", "people", DORA),
        ("GET", "people", None),
        ("POST", "people/bob/sign-in-link", None),
        ("POST", "people/bob/sign-out", None),
        ("POST", "people/bob/disable", None),
        ("POST", "people/bob/enable", None),
        ("POST", "keys", DORA),
        ("GET", "keys", None),
        ("DELETE", "keys/1", None),
    )
    for method, path, body in routes:
        refused(client.request(method, f"{API}/{path}", json=body), 401, "not_signed_in")
        for actor in (cast.alice, viewer, worker):
            answer = client.request(method, f"{API}/{path}", json=body, headers=actor.headers)
            refused(answer, 403, "forbidden")


def test_an_admins_key_without_the_scope_cannot_manage_people(ada: TestClient) -> None:
    created = ada.post(f"{API}/keys", json={"name": "ada", "role": "admin", "scopes": ["read", "study"]})
    limited = TestClient(ada.app, headers={"Authorization": f"Bearer {created.json()['key']}"})

    for path in ("people", "keys"):
        refused(limited.get(f"{API}/{path}"), 403, "missing_scope")
        refused(limited.post(f"{API}/{path}", json=DORA), 403, "missing_scope")


def test_the_client_manages_people_and_keys(live_server: str, cast: Cast) -> None:
    with Client(live_server, cast.ada.key) as client:
        client.people.create("Dora Ünal", Role.VIEWER)
        created = client.keys.create("dora", Role.RESEARCHER, days=1, scopes=[Scope.READ])
        client.keys.revoke(created.id)
        names = [each.name for each in client.people.list(role=Role.VIEWER)]
        (key,) = client.keys.list(name="dora")

        assert names == ["Dora Ünal"]
        assert key.revoked_at is not None
        assert client.people.disable("bob").disabled_at is not None
        assert client.people.enable("bob").disabled_at is None
        assert client.people.sign_in_link("bob").link.startswith(live_server.rpartition(":")[0])
        assert client.people.sign_out("bob").browsers == 0


def test_the_owner_of_a_study_checks_its_counters(live_server: str, cast: Cast) -> None:
    cast.open_study()
    bob = client_of(cast.context, Actor(cast.bob.principal, cast.bob.key))

    with Client(live_server, cast.alice.key) as client:
        assert client.studies.check("motif-study") == []
    refused(bob.get(f"{API}/studies/motif-study/check"), 404, "not_found")
    refused(client_of(cast.context).get(f"{API}/studies/motif-study/check"), 401, "not_signed_in")
