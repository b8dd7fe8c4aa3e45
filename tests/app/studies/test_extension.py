"""Extension of an open study: more matchups, a larger panel, reopening; each creates a protocol version."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.panels.protocol import every_protocol
from app.results.live.cache import live_counts
from app.results.live.recount import recount
from app.tables.audit import AuditEvent
from app.tables.studies import Study as StudyRow
from tests.acting import ask, assign, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import PAIR_IDS, Cast, Study, enter, make_submission, set_the_stage

API = "/api/v1/studies/motif-study"
PAIRS = len(PAIR_IDS)


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def votes_of_new_annotator(context: AppContext, study: Study, *, most: int = 1000) -> int:
    """Vote as a new annotator at most `most` times; return the number of votes."""
    visitor = enter(client_of(context), study)
    for count in range(most):
        answer = ask(visitor, study)
        if answer.status_code == 204:
            return count
        assert vote(visitor, answer.json()["token"]).status_code == 201
    return most


def counters_agree(context: AppContext, slug: str = "motif-study") -> None:
    with context.database.read() as session:
        study = session.execute(select(StudyRow).where(StudyRow.slug == slug)).scalar_one()
        assert recount(session, study) == []
        # The cached counts, which earlier requests filled, contain every comparison too.
        counted = live_counts(session, study).counted
        assert int(counted.tallies.votes.sum()) == len(live_counts(session, study).votes.id)


def test_a_larger_panel_accepts_more_votes_and_keeps_existing_votes(
    either_installation: AppContext,
) -> None:
    cast = set_the_stage(either_installation)
    alice = client_of(either_installation, cast.alice)
    study = cast.open_study(others=["cinemo"], votes_per_comparison=1)
    assert votes_of_new_annotator(either_installation, study) == PAIRS
    assert votes_of_new_annotator(either_installation, study) == 0
    counters_agree(either_installation)

    extended = alice.post(f"{API}/protocols", json={"votes_per_comparison": 3}).json()

    assert (extended["votes"], extended["votes_wanted"]) == (PAIRS, 3 * PAIRS)
    assert extended["protocol_version"] == 2
    counters_agree(either_installation)
    assert [votes_of_new_annotator(either_installation, study) for _ in range(3)] == [PAIRS, PAIRS, 0]
    counters_agree(either_installation)


def test_an_added_matchup_is_compared_from_the_next_assignment_on(
    context: AppContext, cast: Cast, alice: TestClient
) -> None:
    study = cast.open_study(others=["cinemo"], votes_per_comparison=1)
    voter = enter(client_of(context), study)
    held = assign(voter, study)
    assert votes_of_new_annotator(context, study) == PAIRS - 1
    counters_agree(context)

    added = alice.post(
        f"{API}/protocols", json={"matchups": [{"reference": "motif", "other": "dynamicrafter"}]}
    )

    assert added.status_code == 201
    assert [matchup["comparisons"] for matchup in added.json()["matchups"]] == [PAIRS, PAIRS]
    assert vote(voter, held["token"]).status_code == 201
    assert votes_of_new_annotator(context, study) == PAIRS
    counters_agree(context)
    rows = list(csv.DictReader(io.StringIO(alice.get(f"{API}/exports/votes.csv").text)))
    versions = {row["matchup"]: set() for row in rows}
    for row in rows:
        versions[row["matchup"]].add(row["protocol_version"])
    assert versions == {"motif:cinemo": {"1"}, "motif:dynamicrafter": {"2"}}


def test_models_without_the_reference_can_be_compared_too(cast: Cast, alice: TestClient) -> None:
    cast.open_study()
    matchup = {"reference": "cinemo", "other": "dynamicrafter"}

    assert alice.post(f"{API}/protocols", json={"matchups": [matchup]}).status_code == 201
    twice = alice.post(f"{API}/protocols", json={"matchups": [matchup]})
    turned = {"reference": "dynamicrafter", "other": "cinemo"}

    refused(twice, 422, "bad_matchups")
    refused(alice.post(f"{API}/protocols", json={"matchups": [turned]}), 422, "bad_matchups")
    assert alice.get(API).json()["protocol_version"] == 2


def test_a_closed_study_is_reopened_and_closed_again(
    context: AppContext, cast: Cast, alice: TestClient
) -> None:
    study = cast.open_study(others=["cinemo"], votes_per_comparison=3)
    assert votes_of_new_annotator(context, study) == PAIRS
    alice.post(f"{API}/close")

    reopened = alice.post(f"{API}/reopen").json()

    assert (reopened["status"], reopened["closed_at"], reopened["votes"]) == ("open", None, PAIRS)
    assert alice.post(f"{API}/reopen").json()["protocol_version"] == 2
    assert votes_of_new_annotator(context, study) == PAIRS
    counters_agree(context)
    assert alice.post(f"{API}/close").json()["votes"] == 2 * PAIRS


def test_versions_are_listed_with_their_changes_and_never_change(cast: Cast, alice: TestClient) -> None:
    cast.open_study(others=["cinemo"], votes_per_comparison=1)
    first = alice.get(f"{API}/protocols").json()["protocols"]
    alice.post(f"{API}/protocols", json={"votes_per_comparison": 5})
    alice.post(f"{API}/close")
    alice.post(f"{API}/reopen")

    versions = alice.get(f"{API}/protocols").json()["protocols"]

    assert versions[:1] == first
    assert [each["version"] for each in versions] == [1, 2, 3]
    assert [each["change"].partition(";")[0] for each in versions] == [
        "Opened",
        "Votes per comparison raised from 1 to 5",
        "Reopened",
    ]
    assert [each["document"]["study"]["votes_per_comparison"] for each in versions] == [1, 5, 5]
    with cast.context.database.read() as session:
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
        study = session.scalars(select(StudyRow)).one()
        assert len(every_protocol(session, study)) == 3
    assert actions[-3:] == ["study.extend", "study.closed", "study.reopen"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"votes_per_comparison": 5}, "panel_not_larger"),
        ({"votes_per_comparison": 3}, "panel_not_larger"),
        ({"votes_per_comparison": 6}, "invalid_field"),
        ({}, "invalid_field"),
        ({"matchups": [{"reference": "motif", "other": "motif"}]}, "bad_matchups"),
        ({"matchups": [{"reference": "motif", "other": "nobody"}]}, "bad_matchups"),
    ],
)
def test_a_wrong_extension_changes_nothing(
    cast: Cast, alice: TestClient, body: dict[str, object], code: str
) -> None:
    cast.open_study()
    before = alice.get(API).json()

    refused(alice.post(f"{API}/protocols", json=body), 422, code)

    assert alice.get(API).json() == before


def test_a_matchup_without_common_pairs_is_refused_whole(cast: Cast, alice: TestClient) -> None:
    cast.open_study(others=["cinemo"])
    first = make_submission(cast.context, cast.alice, model="motif", label="a", pair_ids=PAIR_IDS[:1])
    second = make_submission(cast.context, cast.alice, model="cinemo", label="b", pair_ids=PAIR_IDS[1:2])
    body = {"matchups": [{"reference": first, "other": second}], "votes_per_comparison": 7}

    refused(alice.post(f"{API}/protocols", json=body), 409, "no_common_pairs")

    assert alice.get(API).json()["votes_per_comparison"] == 5


def test_only_the_owner_changes_a_study_and_only_in_the_right_state(cast: Cast, alice: TestClient) -> None:
    cast.open_study()
    grow = {"votes_per_comparison": 7}
    bob = client_of(cast.context, cast.bob)
    for path, body in (("protocols", grow), ("reopen", None)):
        refused(bob.post(f"{API}/{path}", json=body), 404, "not_found")
    refused(bob.get(f"{API}/protocols"), 404, "not_found")
    alice.post(f"{API}/pause")
    refused(alice.post(f"{API}/reopen"), 409, "study_status")
    alice.post(f"{API}/close")
    refused(alice.post(f"{API}/protocols", json=grow), 409, "study_status")


def test_published_results_keep_a_study_closed(cast: Cast, alice: TestClient) -> None:
    cast.open_study()
    alice.post(f"{API}/close")
    for submission in cast.submission_ids.values():
        alice.put(f"/api/v1/submissions/{submission}/visibility", json={"visibility": "public"})
    assert alice.put(f"{API}/visibility", json={"visibility": "public"}).status_code == 200

    refused(alice.post(f"{API}/reopen"), 409, "results_published")

    alice.put(f"{API}/visibility", json={"visibility": "private"})
    assert alice.post(f"{API}/reopen").status_code == 200
