"""Every route refuses undeclared query parameters, and parameters that occur twice."""

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.main import API, API_ROUTERS
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.security.test_key_limits import PARAMETERS, body_of
from tests.cast import Cast

REPEATABLE = {"map"}
VALUES = {"frames": "2", "limit": "1", "replace": "true", "visible": "true"}


def every_route(client: TestClient) -> list[tuple[str, str, list[str]]]:
    """Return the method, the address and the query parameters of every route of the application."""
    described = client.get(f"{API}/openapi.json").json()["paths"]
    found = []
    for noun in API_ROUTERS:
        for route in noun.router.routes:
            path = route.path
            for method in route.methods:
                parameters = described[path][method.lower()].get("parameters", [])
                names = [each["name"] for each in parameters if each["in"] == "query"]
                found.append((method, path.format(**PARAMETERS), names))
    return found


@pytest.fixture
def ada(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.ada)


def test_every_route_refuses_an_unknown_parameter_and_lists_its_own(ada: TestClient) -> None:
    routes = every_route(ada)
    assert len(routes) > 40

    for method, address, names in routes:
        answer = ada.request(method, address, params={"limt": "1"}, json=body_of(address))
        refused(answer, 422, "unknown_parameter")
        message = answer.json()["message"]
        assert message.startswith("limt: this query parameter is unknown."), (method, address)
        expected = f"This route has: {', '.join(sorted(names))}." if names else "has no query parameters."
        assert message.endswith(expected), (method, address)


def test_every_route_refuses_a_repeated_parameter(ada: TestClient) -> None:
    tried = 0
    for method, address, names in every_route(ada):
        for name in set(names) - REPEATABLE:
            value = VALUES.get(name, "0")
            answer = ada.request(
                method, address, params=[(name, value), (name, value)], json=body_of(address)
            )
            refused(answer, 422, "repeated_parameter")
            assert answer.json()["message"].startswith(f"{name}: "), (method, address)
            tried += 1
    assert tried > 10


@pytest.mark.parametrize("name", ["", "%00", "a%0Ab", "%3Cscript%3E", "a" * 41])
def test_a_message_repeats_no_hostile_name(ada: TestClient, name: str) -> None:
    answer = ada.get(f"{API}/studies?{name}=canary-77c2")

    refused(answer, 422, "unknown_parameter")
    assert answer.json()["message"].startswith("A query parameter is unknown.")


def test_a_stranger_gets_401_for_a_body_before_the_query_is_judged(client: TestClient, cast: Cast) -> None:
    refused(client.post(f"{API}/jobs", params={"x": "1"}, json={}), 401, "not_signed_in")


def test_an_annotator_is_told_about_an_unknown_parameter(client: TestClient, cast: Cast) -> None:
    study = cast.open_study()

    answer = client.post(f"{API}/studies/{study.slug}/assignments", params={"after": "x"})

    refused(answer, 422, "unknown_parameter")
