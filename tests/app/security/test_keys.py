"""Permissions of keys, and refusals of revoked keys and of keys of disabled people."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.main import create_app
from app.security.identity import revoke_key
from app.security.limits import GuessLimiter
from app.tables.people import ApiKey, Person
from benchmark.protocol import Role
from tests.acting import refused
from tests.cast import BENCHMARK, Cast, Study, make_actor

MODEL = {"name": "A model"}


def test_without_a_key_nothing_of_a_researcher_is_reachable(client: TestClient, study: Study) -> None:
    for path in (
        "models",
        "models/motif",
        "submissions",
        "studies",
        f"studies/{study.slug}",
        f"studies/{study.slug}/results",
        f"studies/{study.slug}/exports/votes.csv",
    ):
        answer = client.get(f"/api/v1/{path}")
        refused(answer, 401, "not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Bearer ti2v_unknown",
        "Basic YTpi",
        "ti2v_unknown",
        "Bearer \xff",
        "Bearer a b",
        "",
    ],
)
def test_a_header_that_holds_no_known_key_is_401(client: TestClient, cast: Cast, authorization: str) -> None:
    answer = client.get("/api/v1/models", headers={"Authorization": authorization.encode("latin-1")})  # type: ignore[dict-item]

    refused(answer, 401, "wrong_key")


def test_a_revoked_key_is_401_at_once(client: TestClient, cast: Cast, context: AppContext) -> None:
    assert client.get("/api/v1/models", headers=cast.alice.headers).status_code == 200

    with context.database.write() as session:
        key = session.scalars(select(ApiKey).where(ApiKey.person_id == cast.alice.principal.person_id)).one()
        revoke_key(session, key_id=key.id, now=utc_now())

    refused(client.get("/api/v1/models", headers=cast.alice.headers), 401, "wrong_key")


def test_a_disabled_persons_key_is_401(client: TestClient, cast: Cast, context: AppContext) -> None:
    with context.database.write() as session:
        session.execute(
            update(Person).where(Person.id == cast.bob.principal.person_id).values(disabled_at=utc_now())
        )

    refused(client.get("/api/v1/models", headers=cast.bob.headers), 401, "wrong_key")
    assert client.get("/api/v1/models", headers=cast.alice.headers).status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.WORKER])
def test_a_key_without_the_right_is_403_and_nothing_changes(
    client: TestClient, cast: Cast, study: Study, role: Role
) -> None:
    who = make_actor(cast.context, role.value, role)
    submission = cast.submission_ids["motif"]
    attempts = [
        ("PUT", "/models/fresh", MODEL),
        ("POST", "/submissions", {"model": "motif", "benchmark": BENCHMARK, "label": "b"}),
        ("POST", f"/submissions/{submission}/finalise", {}),
        ("POST", f"/submissions/{submission}/withdraw", {"reason": "mine now"}),
        ("POST", f"/studies/{study.slug}/close", None),
        ("POST", f"/studies/{study.slug}/invitations", {"count": 1}),
    ]
    for method, path, body in attempts:
        refused(client.request(method, f"/api/v1{path}", json=body, headers=who.headers), 403, "forbidden")

    refused(client.get("/api/v1/models/fresh", headers=cast.alice.headers), 404, "not_found")
    found = client.get(f"/api/v1/studies/{study.slug}", headers=cast.alice.headers).json()
    assert found["status"] == "open"


def test_a_researcher_cannot_change_the_model_or_study_of_another_researcher(
    client: TestClient, cast: Cast, study: Study
) -> None:
    answer = client.put("/api/v1/models/motif", json=MODEL, headers=cast.charlie.headers)
    refused(answer, 403, "forbidden")
    body = {"model": "motif", "benchmark": BENCHMARK, "label": "b"}
    refused(client.post("/api/v1/submissions", json=body, headers=cast.charlie.headers), 403, "forbidden")
    for path in (
        f"studies/{study.slug}",
        f"studies/{study.slug}/results",
        f"studies/{study.slug}/exports/votes.csv",
    ):
        refused(client.get(f"/api/v1/{path}", headers=cast.charlie.headers), 404, "not_found")
    for transition in ("open", "pause", "close", "invitations"):
        answer = client.post(
            f"/api/v1/studies/{study.slug}/{transition}", json={"count": 1}, headers=cast.charlie.headers
        )
        refused(answer, 404, "not_found")
    assert client.get("/api/v1/studies", headers=cast.charlie.headers).json()["studies"] == []


def test_an_admin_may_do_what_the_owner_may(client: TestClient, cast: Cast, study: Study) -> None:
    answer = client.post(f"/api/v1/studies/{study.slug}/pause", headers=cast.ada.headers)

    assert (answer.status_code, answer.json()["status"]) == (200, "paused")


def test_a_stored_key_is_a_hash_and_a_beginning(cast: Cast, context: AppContext) -> None:
    with context.database.read() as session:
        kept = [(key.prefix, key.key_hash) for key in session.scalars(select(ApiKey))]

    assert all(len(prefix) <= 10 for prefix, _ in kept)
    for actor in (cast.alice, cast.bob, cast.charlie, cast.ada):
        assert actor.key not in str(kept)


def test_the_client_for_shared_limits_is_installed() -> None:
    """The limiter connects at the first request; before that, only a missing Redis client is an error."""
    GuessLimiter("redis://127.0.0.1:1", per_minute=1)


def test_too_many_wrong_keys_are_429_and_a_right_one_still_works(cast: Cast) -> None:
    strict = replace(cast.context, guesses=GuessLimiter("memory://", per_minute=3))
    with TestClient(create_app(strict)) as client:
        wrong = {"Authorization": "Bearer ti2v_guess"}
        answers = [client.get("/api/v1/models", headers=wrong) for _ in range(5)]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
        refused(answers[-1], 429, "too_many_requests")
        assert int(answers[-1].headers["retry-after"]) > 0
        refused(client.get("/invite/" + "a" * 43), 429, "too_many_requests")
        refused(client.get("/sign-in/" + "a" * 43), 429, "too_many_requests")
        assert client.get("/api/v1/models", headers=cast.alice.headers).status_code == 200
