"""Studies over REST: their states, the frozen protocol, and which pairs are compared."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.clock import utc_now
from app.context import AppContext
from app.studies.service import open_study
from app.tables.studies import Comparison, Matchup, Study
from tests.acting import ask, refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_submission, set_the_stage
from tests.races import wait_until_blocked
from tests.statements import recorded_statements

API = "/api/v1"


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def plan(cast: Cast, **changes: Any) -> dict[str, Any]:
    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    return {"slug": "new", "title": "New", "benchmark": BENCHMARK, "matchups": [sides]} | changes


def status(client: TestClient, slug: str = "new") -> str:
    found: str = client.get(f"{API}/studies/{slug}").json()["status"]
    return found


def test_a_new_study_is_a_draft_with_the_defaults_of_the_contract(alice: TestClient, cast: Cast) -> None:
    answer = alice.post(f"{API}/studies", json=plan(cast))

    assert answer.status_code == 201
    made = answer.json()
    assert (made["status"], made["votes_per_comparison"], made["lease_s"]) == ("draft", 5, 900)
    assert (made["watch_gate"], made["require_justification"]) == ("delivered", True)
    assert (made["matchups"][0]["reference"], made["matchups"][0]["comparisons"]) == ("motif", 0)


# For each state: the responses to the three transitions, and the resulting states. A transition to the
# current state changes nothing.
MOVES = {
    "draft": {"open": (200, "open"), "pause": (409, "draft"), "close": (409, "draft")},
    "open": {"open": (200, "open"), "pause": (200, "paused"), "close": (200, "closed")},
    "paused": {"open": (200, "open"), "pause": (200, "paused"), "close": (200, "closed")},
    "closed": {"open": (409, "closed"), "pause": (409, "closed"), "close": (200, "closed")},
}
WAYS_THERE = {"draft": [], "open": ["open"], "paused": ["open", "pause"], "closed": ["open", "close"]}


@pytest.mark.parametrize("state", MOVES)
def test_a_study_allows_only_the_transitions_of_its_state(alice: TestClient, cast: Cast, state: str) -> None:
    for transition, (code, leads_to) in MOVES[state].items():
        slug = f"from-{state}-{transition}"
        alice.post(f"{API}/studies", json=plan(cast, slug=slug))
        for step in WAYS_THERE[state]:
            assert alice.post(f"{API}/studies/{slug}/{step}").status_code == 200

        answer = alice.post(f"{API}/studies/{slug}/{transition}")

        assert answer.status_code == code, (state, transition)
        if code == 409:
            refused(answer, 409, "study_status")
        assert status(alice, slug) == leads_to


def test_going_on_after_a_pause_lays_out_nothing_twice(alice: TestClient, cast: Cast) -> None:
    alice.post(f"{API}/studies", json=plan(cast))
    opened = alice.post(f"{API}/studies/new/open").json()
    alice.post(f"{API}/studies/new/pause")
    resumed = alice.post(f"{API}/studies/new/open").json()

    assert resumed["matchups"] == opened["matchups"]
    assert resumed["opened_at"] == opened["opened_at"]


def test_a_study_opened_twice_at_once_is_laid_out_once(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation, pairs=1)
    alice = client_of(either_installation, cast.alice)
    alice.post(f"{API}/studies", json=plan(cast))

    with ThreadPoolExecutor() as other_request:
        with either_installation.database.write() as session:
            study = session.scalars(select(Study)).one()
            open_study(session, study=study, principal=cast.alice.principal, now=utc_now())
            second = other_request.submit(alice.post, f"{API}/studies/new/open")
            wait_until_blocked(either_installation.database)

        assert second.result().status_code == 200
    assert alice.get(f"{API}/studies/new").json()["matchups"][0]["comparisons"] == 1


def test_the_protocol_is_frozen_once_a_study_is_open(alice: TestClient, cast: Cast) -> None:
    alice.post(f"{API}/studies", json=plan(cast))
    before = alice.post(f"{API}/studies/new/open").json()

    refused(alice.post(f"{API}/studies", json=plan(cast, votes_per_comparison=99)), 409, "study_exists")
    edit = plan(cast, votes_per_comparison=99, revision=1)
    del edit["slug"]
    refused(alice.put(f"{API}/studies/new", json=edit), 409, "study_status")
    refused(alice.patch(f"{API}/studies/new", json={"lease_s": 5}), 405, "method_not_allowed")

    assert alice.get(f"{API}/studies/new").json() == before


def test_a_matchup_covers_the_pairs_both_sides_have(alice: TestClient, cast: Cast) -> None:
    part = make_submission(cast.context, cast.alice, model="motif", label="part", pair_ids=PAIR_IDS[1:4])
    other = make_submission(cast.context, cast.alice, model="cinemo", label="part", pair_ids=PAIR_IDS[2:6])
    matchups = [
        {"reference": part, "other": other},
        {"reference": part, "other": cast.submission_ids["cinemo"]},
    ]

    alice.post(f"{API}/studies", json=plan(cast, matchups=matchups))
    opened = alice.post(f"{API}/studies/new/open").json()

    assert [each["comparisons"] for each in opened["matchups"]] == [2, 3]
    assert opened["votes_wanted"] == 5 * 5
    assert [each["reference"] for each in opened["matchups"]] == ["motif@part", "motif@part"]


def test_sides_without_a_common_pair_cannot_be_opened_and_stay_a_draft(alice: TestClient, cast: Cast) -> None:
    first, last = (
        make_submission(cast.context, cast.alice, model=model, label="part", pair_ids=pair_ids)
        for model, pair_ids in (("motif", PAIR_IDS[:1]), ("cinemo", PAIR_IDS[5:]))
    )
    alice.post(f"{API}/studies", json=plan(cast, matchups=[{"reference": first, "other": last}]))

    refused(alice.post(f"{API}/studies/new/open"), 409, "no_common_pairs")

    assert status(alice) == "draft"
    with cast.context.database.read() as session:
        assert session.execute(select(func.count()).select_from(Comparison)).scalar_one() == 0


def test_every_problem_of_the_matchups_is_listed_at_once_and_nothing_is_made(
    alice: TestClient, cast: Cast
) -> None:
    motif, cinemo = cast.submission_ids["motif"], cast.submission_ids["cinemo"]
    still_open = make_submission(
        cast.context, cast.alice, model="motif", label="open", final=False, pair_ids=()
    )
    matchups = [
        {"reference": motif, "other": cinemo},
        {"reference": cinemo, "other": motif},
        {"reference": motif, "other": motif},
        {"reference": "0" * 16, "other": motif},
        {"reference": still_open, "other": cinemo},
    ]

    answer = alice.post(f"{API}/studies", json=plan(cast, matchups=matchups))

    refused(answer, 422, "bad_matchups")
    assert [problem.split(":")[0] for problem in answer.json()["problems"]] == [
        "matchup 2",
        "matchup 3",
        "matchup 4",
        "matchup 5",
    ]
    with cast.context.database.read() as session:
        assert session.scalars(select(Study)).all() == session.scalars(select(Matchup)).all() == []


def test_somebody_elses_open_submission_does_not_exist_in_a_matchup(cast: Cast) -> None:
    secret = make_submission(
        cast.context, cast.alice, model="motif", label="secret", final=False, pair_ids=()
    )
    bob = client_of(cast.context, cast.bob)
    problems = [
        bob.post(
            f"{API}/studies",
            json=plan(cast, matchups=[{"reference": name, "other": cast.submission_ids["cinemo"]}]),
        ).json()["problems"]
        for name in (secret, "0" * 16)
    ]

    assert problems[0] == problems[1]


@pytest.mark.parametrize(
    "change",
    [
        {"votes_per_comparison": 4},
        {"votes_per_comparison": 0},
        {"votes_per_comparison": -1},
        {"votes_per_comparison": 101},
        {"lease_s": 0},
        {"lease_s": 2**63},
        {"seed": -1},
        {"seed": 2**62},
        {"comparisons_per_annotator": 0},
        {"matchups": []},
        {"slug": "Not A Slug"},
        {"slug": "a" * 65},
        {"title": " "},
        {"title": "two\nlines"},
        {"watch_gate": "half"},
        {"renditions": "raw"},
    ],
    ids=str,
)
def test_a_protocol_out_of_bounds_is_422_and_names_the_field(
    alice: TestClient, cast: Cast, change: dict[str, Any]
) -> None:
    answer = alice.post(f"{API}/studies", json=plan(cast, **change))

    refused(answer, 422, "invalid_field")
    assert answer.json()["message"].startswith(next(iter(change)))


def test_a_draft_accepts_invitations_and_a_closed_study_refuses_them(
    alice: TestClient, client: TestClient, cast: Cast
) -> None:
    alice.post(f"{API}/studies", json=plan(cast))
    links = alice.post(f"{API}/studies/new/invitations", json={"count": 2}).json()["links"]
    client.get(links[0].split("8000", 1)[1])
    waiting = client.post(f"{API}/studies/new/assignments")
    alice.post(f"{API}/studies/new/open")
    alice.post(f"{API}/studies/new/close")

    assert len(set(links)) == 2
    refused(waiting, 409, "study_not_open")
    refused(alice.post(f"{API}/studies/new/invitations", json={"count": 1}), 409, "study_not_open")


def test_a_closed_public_study_is_seen_by_every_person_and_no_longer_interim(
    alice: TestClient, cast: Cast
) -> None:
    study = cast.open_study()
    bob = client_of(cast.context, cast.bob)
    address = f"{API}/studies/{study.slug}/results"

    assert alice.get(address).json()["interim"] is True
    refused(bob.get(address), 404, "not_found")
    alice.post(f"{API}/studies/{study.slug}/close")
    refused(bob.get(address), 404, "not_found")
    for public_id in cast.submission_ids.values():
        alice.put(f"{API}/submissions/{public_id}/visibility", json={"visibility": "public"})
    alice.put(f"{API}/studies/{study.slug}/visibility", json={"visibility": "public"})

    assert bob.get(address).json()["interim"] is False
    refused(bob.post(f"{API}/studies/{study.slug}/open"), 404, "not_found")
    refused(ask(client_of(cast.context), study), 401, "not_invited")


def test_a_longer_list_of_studies_needs_no_more_queries(cast: Cast) -> None:
    alice = client_of(cast.context, cast.alice)
    cast.open_study("first")
    alice.get(f"{API}/studies").raise_for_status()  # the first request stores when the key was used
    one = queries_of(lambda: alice.get(f"{API}/studies").raise_for_status())
    for number in range(3):
        cast.open_study(f"other-{number}")

    four = queries_of(lambda: alice.get(f"{API}/studies").raise_for_status())

    assert len(four) == len(one)
    listed = alice.get(f"{API}/studies").json()["studies"]
    assert listed == [alice.get(f"{API}/studies/{each['slug']}").json() for each in listed]


def queries_of(request: Callable[[], object]) -> list[str]:
    """Return the SQL statements of a request."""
    with recorded_statements() as statements:
        request()
    return [each.sql for each in statements]
