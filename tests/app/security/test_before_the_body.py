"""The server checks the key before it reads the body: without a key, every request gets 401."""

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.security.test_key_limits import API, writing_routes
from tests.cast import Cast

JSON = {"Content-Type": "application/json"}


def routes_with_a_body(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get(f"{API}/openapi.json").json()["paths"]
    with_body = {
        (method.upper(), path.count("/"))
        for path, methods in paths.items()
        for method, route in methods.items()
        if "application/json" in route.get("requestBody", {}).get("content", {})
    }
    return [each for each in writing_routes(client) if (each[0], each[1].count("/")) in with_body]


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b"{", JSON), (b'{"unknown": 1}', JSON), (b"[]", JSON), (b"{}", {"Content-Type": "text/plain"})],
    ids=["no JSON", "unknown field", "list", "text"],
)
def test_a_stranger_gets_401_for_every_body(
    client: TestClient, cast: Cast, body: bytes, headers: dict[str, str]
) -> None:
    routes = routes_with_a_body(client)
    assert len(routes) > 10

    for method, address in routes:
        answer = client.request(method, address, content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "not_signed_in"), (method, address)


def test_a_wrong_key_gets_401_before_its_body_is_judged(client: TestClient, cast: Cast) -> None:
    headers = JSON | {"Authorization": "Bearer ti2v_wrong"}

    refused(client.post(f"{API}/studies", content=b"{", headers=headers), 401, "wrong_key")


def test_a_form_of_a_stranger_is_401_before_it_is_judged(client: TestClient, cast: Cast) -> None:
    study = cast.open_study()

    answer = client.post(f"/studies/{study.slug}/invitations", data={"count": "many"})

    refused(answer, 401, "not_signed_in")


def test_the_body_of_a_known_person_is_judged(context: AppContext, cast: Cast) -> None:
    alice = client_of(context, cast.alice)

    refused(alice.post(f"{API}/studies", content=b"{", headers=JSON), 400, "not_json")
    refused(alice.post(f"{API}/studies", json={"unknown": 1}), 422, "invalid_field")


def test_the_schema_names_the_key_where_one_is_needed(client: TestClient) -> None:
    paths = client.get(f"{API}/openapi.json").json()["paths"]

    reads = {path: methods["get"] for path, methods in paths.items() if "get" in methods}
    without = {path for path, route in reads.items() if {} in route.get("security", [{}])}
    benchmarks = {
        path
        for path in reads
        if path.startswith(f"{API}/benchmarks") and not path.endswith(("visibility", "{file_format}"))
    }
    assert without == benchmarks
    assert "security" in paths[f"{API}/studies"]["post"]
    assert paths[f"{API}/assignments/{{token}}/vote"]["post"]["security"] == [{"AnnotatorCookie": []}]
