"""Annotators over REST: permissions, responses and refusals."""

import pytest
from fastapi.testclient import TestClient

from benchmark.protocol import VoteStatus
from tests.acting import refused
from tests.app.annotators.people import FIRST, SECOND, People
from tests.app.api.conftest import client_of
from tests.cast import Cast

ADDRESS = "/api/v1/studies/motif-study/annotators"


@pytest.fixture
def people(cast: Cast) -> People:
    people = People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=3))
    people.comes(votes=6)
    people.comes(votes=4)
    return people


@pytest.fixture
def alice(people: People) -> TestClient:
    return client_of(people.cast.context, people.cast.alice)


def test_everybody_is_listed_with_figures_and_status(people: People, alice: TestClient) -> None:
    people.exclude(SECOND, "a test account")

    first, second = alice.get(ADDRESS).json()["annotators"]

    assert (first["annotator"], first["valid"], first["excluded_reason"]) == (FIRST, 6, None)
    assert (second["annotator"], second["valid"], second["excluded"]) == (SECOND, 0, 4)
    assert second["excluded_reason"] == "a test account"
    # All annotators chose the reference, so they agree on the four comparisons with votes of both.
    assert (second["agreement"], second["agreement_n"]) == (100.0, 4)
    assert (first["gold"], first["gold_n"], first["flags"]) == (None, 0, [])
    assert first["clip_ms"] == 1000


def test_excluding_and_reinstating_answer_with_what_changed(people: People, alice: TestClient) -> None:
    out = alice.post(f"{ADDRESS}/{FIRST}/exclude", json={"reason": "a test account"})
    back = alice.post(f"{ADDRESS}/{FIRST}/reinstate", json={"reason": "it was not"})

    assert out.json() == {"excluded": 6, "valid": 0, "surplus": 0}
    assert back.json() == {"excluded": 0, "valid": 6, "surplus": 0}


@pytest.mark.parametrize("verb", ["exclude", "reinstate"])
def test_other_people_do_not_see_alices_study(people: People, verb: str) -> None:
    for stranger in (people.cast.bob, people.cast.charlie):
        client = client_of(people.cast.context, stranger)

        refused(client.get(ADDRESS), 404, "not_found")
        refused(client.post(f"{ADDRESS}/{FIRST}/{verb}", json={"reason": "x"}), 404, "not_found")
    assert people.statuses(FIRST) == [VoteStatus.VALID] * 6


def test_an_admin_may(people: People) -> None:
    ada = client_of(people.cast.context, people.cast.ada)

    assert ada.post(f"{ADDRESS}/{FIRST}/exclude", json={"reason": "x"}).json()["excluded"] == 6


def test_requests_without_a_key_are_refused(people: People, client: TestClient) -> None:
    refused(client.get(ADDRESS), 401, "not_signed_in")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 401}, {"reason": 3}])
def test_a_reason_is_required(people: People, alice: TestClient, body: dict[str, object]) -> None:
    refused(alice.post(f"{ADDRESS}/{FIRST}/exclude", json=body), 422, "invalid_field")
    assert people.statuses(FIRST) == [VoteStatus.VALID] * 6


def test_an_unknown_annotator_is_not_found(people: People, alice: TestClient) -> None:
    refused(alice.post(f"{ADDRESS}/annotator-999/exclude", json={"reason": "x"}), 404, "unknown_annotator")
