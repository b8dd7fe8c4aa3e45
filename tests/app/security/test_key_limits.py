"""Keys with an expiry date or limited scopes, and the time of a key's last use."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.errors import Forbidden
from app.security.identity import create_key
from app.security.key_use import INTERVAL, KeyUse
from app.tables.people import ApiKey, Person
from benchmark.protocol import Role, Scope
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import PAIR_IDS, Actor, Cast, make_actor

API = "/api/v1"
# A valid value for each path parameter; the named object need not exist.
PARAMETERS = {
    "slug": "motif",
    "other": "cinemo",
    "flag": "fast",
    "public_id": "0" * 16,
    "pair_id": PAIR_IDS[0],
    "annotator": "annotator-001",
    "token": "a" * 43,
    "suite": "motion",
    "table": "votes",
    "figure": "preferences",
    "file_format": "csv",
    "name": "charlie",
    "key_id": "1",
    "task_id": "1",
    "invitation_id": "1",
}
# The query strings of routes that need a query.
REQUIRED_QUERIES = {
    "/votes": "?study=a&benchmark=tiny&map=pair=item",
    "/jobs/{public_id}/clip": "?attempt=1",
    "/studies/{slug}/merge": "?study=merged",
}
# Routes that no person calls: a crowd platform signs its notifications.
SIGNED = frozenset({"/studies/{slug}/platform/events"})


def limited(context: AppContext, actor: Actor, *scopes: Scope, days: int = 1) -> TestClient:
    """Return a client with a person's key that is limited to these scopes."""
    now = utc_now()
    with context.database.write() as session:
        person = session.get_one(Person, actor.principal.person_id)
        key = create_key(
            session,
            person=person,
            now=now,
            expires_at=now + timedelta(days=days),
            scopes=frozenset(scopes) or None,
        )
    return client_of(context, Actor(actor.principal, key))


def writing_routes(client: TestClient) -> list[tuple[str, str]]:
    """Return the method and the address of every route that changes data and needs a person's key."""
    paths = client.get(f"{API}/openapi.json").json()["paths"]
    return [
        (method.upper(), path.format(**PARAMETERS) + REQUIRED_QUERIES.get(path.removeprefix(API), ""))
        for path, methods in paths.items()
        for method in methods
        if method != "get"
        and "voting" not in methods[method]["tags"]
        and path.removeprefix(API) not in SIGNED
    ]


def test_a_key_to_read_changes_nothing(context: AppContext, cast: Cast) -> None:
    reader = limited(context, cast.ada, Scope.READ)
    routes = writing_routes(reader)
    assert len(routes) > 15

    for method, address in routes:
        answer = reader.request(method, address, json=body_of(address))
        assert (answer.status_code, answer.json()["error"]) == (403, "missing_scope"), (method, address)


def body_of(address: str) -> dict[str, object]:
    """Return a valid body for the route, so that only the key can be the reason of a refusal."""
    last = address.rpartition("/")[2]
    worker = {"name": "gpu", "device": "cpu"}
    matchups = [{"reference": "0" * 16, "other": "1" * 16}]
    if address.endswith("measurements/claim"):
        return {"worker": worker, "suites": ["motion"]}
    study = {"title": "A", "benchmark": "tiny", "matchups": matchups}
    if address.endswith("studies/motif"):
        return {**study, "revision": 1}
    if address.endswith("studies/motif/delete"):
        return {"slug": "motif"}
    if "/gold-clips/" in address:
        return {"status": "confirmed"}
    bodies: dict[str, dict[str, object]] = {
        "motif": {"name": "MotiF"},
        "submissions": {"model": "motif", "benchmark": "tiny"},
        "jobs": {"model": "motif", "benchmark": "tiny"},
        "claim": {"worker": worker, "models": ["motif"]},
        "metrics": {"suite": "motion"},
        "scores": {"attempt": 1, "settings": {}, "values": {"loop": 0}},
        "renew": {"attempt": 1},
        "release": {"attempt": 1},
        "fail": {"attempt": 1, "kind": "crash", "message": "it fell over"},
        "workers": {"worker": worker, "state": "paused"},
        "studies": {"slug": "a", **study},
        "duplicate": {"slug": "b"},
        "protocols": {"votes_per_comparison": 7},
        "delete": {"name": "motif"},
        "invitations": {"count": 1},
        "visibility": {"visibility": "private"},
        "people": {"name": "Dora", "role": "viewer"},
        "keys": {"name": "alice", "role": "researcher"},
        **{name: {"reason": "why"} for name in ("withdraw", "exclude", "reinstate", "dismissal")},
    }
    if address.endswith(("jobs/cancel", "jobs/retry")):
        return {"submission": "0" * 16}
    return bodies.get(last, {})


@pytest.mark.parametrize(
    ("scope", "address", "body"),
    [
        (Scope.SUBMIT, "models/another", {"name": "Another"}),
        (Scope.STUDY, "studies/motif-study/close", None),
    ],
)
def test_a_limited_key_does_what_its_scope_says_and_reads_nothing(
    context: AppContext, cast: Cast, scope: Scope, address: str, body: object
) -> None:
    cast.open_study()
    client = limited(context, cast.alice, scope)
    method = "PUT" if scope is Scope.SUBMIT else "POST"

    assert client.request(method, f"{API}/{address}", json=body).status_code == 200
    refused(client.get(f"{API}/studies"), 403, "missing_scope")


def test_a_key_has_no_scope_that_its_role_lacks(context: AppContext, cast: Cast) -> None:
    with pytest.raises(Forbidden, match="researcher does not have the scope admin"):
        limited(context, cast.alice, Scope.ADMIN)


def test_every_role_has_a_key_of_all_its_scopes(context: AppContext, cast: Cast) -> None:
    worker = make_actor(context, "gpu-box", Role.WORKER)

    assert limited(context, cast.alice).get(f"{API}/submissions").status_code == 200
    claim = {"worker": {"name": "gpu", "device": "cpu"}, "models": ["motif"]}
    assert client_of(context, worker).post(f"{API}/jobs/claim", json=claim).status_code == 200


def test_an_expired_key_is_refused(context: AppContext, cast: Cast) -> None:
    client = limited(context, cast.alice, days=1)
    assert client.get(f"{API}/studies").status_code == 200

    with context.database.write() as session:
        ended = utc_now() - timedelta(seconds=1)
        session.execute(update(ApiKey).where(ApiKey.expires_at.is_not(None)).values(expires_at=ended))

    refused(client.get(f"{API}/studies"), 401, "wrong_key")


def test_the_last_use_of_a_key_is_stored_once_a_minute(context: AppContext, cast: Cast) -> None:
    client = client_of(context, cast.alice)

    def last_use() -> object:
        with context.database.read() as session:
            query = select(ApiKey.last_used_at).where(ApiKey.person_id == cast.alice.principal.person_id)
            return session.scalars(query).one()

    before = last_use()
    client.get(f"{API}/studies")
    first = last_use()
    client.get(f"{API}/studies")

    assert before is None
    assert first is not None
    assert last_use() == first


def test_a_use_is_due_again_after_a_minute() -> None:
    use, now = KeyUse(), utc_now()

    due = [use.is_due(1, now=now + offset) for offset in (timedelta(), INTERVAL / 2, INTERVAL)]

    assert due == [True, False, True]
    assert use.is_due(2, now=now)
