"""Exclusion and reinstatement of a single vote over REST."""

import pytest
from fastapi.testclient import TestClient

from benchmark.protocol import VoteStatus
from tests.acting import refused
from tests.app.annotators.people import FIRST, People
from tests.app.api.conftest import client_of
from tests.cast import PAIR_IDS, Cast

VALID, EXCLUDED = VoteStatus.VALID, VoteStatus.EXCLUDED
ADDRESS = f"/api/v1/studies/motif-study/annotators/{FIRST}"


@pytest.fixture
def people(cast: Cast) -> People:
    return People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=1))


@pytest.fixture
def alice(people: People) -> TestClient:
    return client_of(people.cast.context, people.cast.alice)


def exclusion(pair: str) -> dict[str, str]:
    return {"matchup": "motif:cinemo", "pair": pair, "reason": "the clip had not loaded"}


def test_one_vote_is_excluded_and_the_others_stay_valid(people: People, alice: TestClient) -> None:
    people.comes(votes=6)

    answer = alice.post(f"{ADDRESS}/exclude", json=exclusion(PAIR_IDS[2]))

    assert answer.json() == {"excluded": 1, "valid": 0, "surplus": 0}
    assert sorted(people.statuses(FIRST)) == [EXCLUDED] + [VALID] * 5
    assert people.differences() == []


def test_a_second_time_changes_nothing(people: People, alice: TestClient) -> None:
    people.comes(votes=6)
    alice.post(f"{ADDRESS}/exclude", json=exclusion(PAIR_IDS[2]))

    again = alice.post(f"{ADDRESS}/exclude", json=exclusion(PAIR_IDS[2]))

    assert again.json() == {"excluded": 0, "valid": 0, "surplus": 0}
    assert people.differences() == []


def test_a_vote_is_reinstated_with_the_same_id(people: People, alice: TestClient) -> None:
    people.comes(votes=6)
    alice.post(f"{ADDRESS}/exclude", json=exclusion(PAIR_IDS[2]))

    answer = alice.post(f"{ADDRESS}/reinstate", json=exclusion(PAIR_IDS[2]))

    assert answer.json()["valid"] == 1
    assert people.statuses(FIRST) == [VALID] * 6
    assert people.differences() == []


def test_a_vote_excluded_on_its_own_stays_out_when_its_annotator_comes_back(
    people: People, alice: TestClient
) -> None:
    people.comes(votes=6)
    alice.post(f"{ADDRESS}/exclude", json=exclusion(PAIR_IDS[2]))
    people.exclude(FIRST)

    people.reinstate(FIRST)

    assert sorted(people.statuses(FIRST)) == [EXCLUDED] + [VALID] * 5


def test_while_the_annotator_is_out_no_single_vote_comes_back(people: People, alice: TestClient) -> None:
    people.comes(votes=6)
    people.exclude(FIRST)

    refused(alice.post(f"{ADDRESS}/reinstate", json=exclusion(PAIR_IDS[0])), 409, "annotator_excluded")


@pytest.mark.parametrize(
    ("named", "status", "code"),
    [
        ({"matchup": "motif:cinemo", "pair": "no_such_pair"}, 404, "unknown_vote"),
        ({"matchup": "motif:nothing", "pair": PAIR_IDS[0]}, 404, "unknown_vote"),
        ({"matchup": "motif:cinemo"}, 422, "invalid"),
        ({"pair": PAIR_IDS[0]}, 422, "invalid"),
    ],
)
def test_a_missing_vote_is_404(
    people: People, alice: TestClient, named: dict[str, str], status: int, code: str
) -> None:
    people.comes(votes=1)

    refused(alice.post(f"{ADDRESS}/exclude", json={"reason": "why not", **named}), status, code)


def test_a_vote_that_counts_for_nothing_cannot_be_excluded(people: People, alice: TestClient) -> None:
    browser = people.comes(votes=6)
    browser.post("/studies/motif-study/withdraw")

    refused(alice.post(f"{ADDRESS}/exclude", json=exclusion(PAIR_IDS[0])), 409, "annotator_left")
