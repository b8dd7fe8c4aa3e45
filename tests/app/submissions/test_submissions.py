"""Models and submissions over REST: registration, finalisation, partial submissions, withdrawal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.tables.audit import AuditEvent
from app.tables.voting import Vote, VoteEvent
from tests.acting import ask, assign, refused, vote
from tests.app.api.conftest import client_of, clients_of_one_server
from tests.cast import BENCHMARK, PAIR_IDS, Cast, Study, enter, make_submission, set_the_stage

API = "/api/v1"


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def open_one(cast: Cast, *, pairs: int, label: str = "second") -> str:
    return make_submission(
        cast.context, cast.alice, model="motif", label=label, final=False, pair_ids=PAIR_IDS[:pairs]
    )


def test_a_model_is_registered_and_described_anew_by_its_owner(alice: TestClient) -> None:
    first = alice.put(f"{API}/models/seine", json={"name": "SEINE"}).json()
    second = alice.put(f"{API}/models/seine", json={"name": "SEINE", "url": "https://example.org"}).json()

    assert first | {"url": "https://example.org"} == second
    assert alice.get(f"{API}/models/seine").json() == second


def test_a_submission_of_an_unknown_model_or_benchmark_is_404(alice: TestClient) -> None:
    for model, benchmark, code in (
        ("nothing", BENCHMARK, "unknown_model"),
        ("motif", "nothing", "unknown_benchmark"),
    ):
        answer = alice.post(f"{API}/submissions", json={"model": model, "benchmark": benchmark})
        refused(answer, 404, code)


def test_a_second_submission_of_one_label_is_409_and_names_the_first(alice: TestClient, cast: Cast) -> None:
    answer = alice.post(f"{API}/submissions", json={"model": "motif", "benchmark": BENCHMARK})

    refused(answer, 409, "submission_exists")
    assert cast.submission_ids["motif"] in answer.json()["message"]


def test_finalise_lists_all_that_is_missing(alice: TestClient, cast: Cast) -> None:
    address = f"{API}/submissions/{open_one(cast, pairs=2)}"

    answer = alice.post(f"{address}/finalise")

    refused(answer, 409, "clips_missing")
    assert answer.json()["problems"] == [f"{pair_id}: missing" for pair_id in PAIR_IDS[2:]]
    assert alice.get(address).json()["status"] == "open"


def test_a_partial_submission_is_marked_as_such(alice: TestClient, cast: Cast) -> None:
    address = f"{API}/submissions/{open_one(cast, pairs=2)}"

    first = alice.post(f"{address}/finalise", json={"allow_partial": True}).json()
    again = alice.post(f"{address}/finalise").json()

    assert (first["status"], first["is_partial"], first["received"], first["expected"]) == (
        "final",
        True,
        2,
        6,
    )
    assert again == first, "a final submission stays what it is"


def test_a_complete_submission_is_not_marked_as_partial(alice: TestClient, cast: Cast) -> None:
    address = f"{API}/submissions/{open_one(cast, pairs=6)}"

    assert alice.post(f"{address}/finalise", json={"allow_partial": True}).json()["is_partial"] is False


def test_an_empty_submission_cannot_be_final(alice: TestClient, cast: Cast) -> None:
    address = f"{API}/submissions/{open_one(cast, pairs=0)}"

    refused(alice.post(f"{address}/finalise", json={"allow_partial": True}), 409, "submission_empty")


def test_a_public_submission_is_seen_by_researchers_and_not_changed(alice: TestClient, cast: Cast) -> None:
    bob = client_of(cast.context, cast.bob)
    address = f"{API}/submissions/{cast.submission_ids['motif']}"

    refused(bob.get(address), 404, "not_found")
    assert alice.put(f"{address}/visibility", json={"visibility": "public"}).status_code == 200
    assert bob.get(address).json()["model"] == "motif"
    refused(bob.post(f"{address}/withdraw", json={"reason": "not mine"}), 404, "not_found")
    assert bob.get(f"{API}/submissions").json()["submissions"] == []


def test_withdrawing_closes_matchups_keeps_votes_and_ends_open_assignments(
    alice: TestClient, client: TestClient, cast: Cast, study: Study
) -> None:
    enter(client, study)
    for _ in range(4):
        assert vote(client, assign(client, study)["token"]).status_code == 201
    held = assign(client, study)["token"]
    ahead = assign(client, study, after=held)["token"]
    before = alice.get(f"{API}/studies/{study.slug}").json()

    answer = alice.post(
        f"{API}/submissions/{cast.submission_ids['motif']}/withdraw", json={"reason": "wrong seed"}
    )

    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    after = alice.get(f"{API}/studies/{study.slug}").json()
    assert after["votes"] == before["votes"] == 4
    assert all("wrong seed" in matchup["close_reason"] for matchup in after["matchups"])
    for token in (held, ahead):
        refused(vote(client, token), 409, "matchup_closed")
        refused(client.post(f"{API}/assignments/{token}/renew"), 409, "matchup_closed")
    assert ask(client, study).status_code == 204
    with cast.context.database.read() as session:
        assert len(session.scalars(select(Vote)).all()) == 4
        assert session.scalars(select(VoteEvent)).all() == []
        audit = session.scalars(select(AuditEvent).where(AuditEvent.action == "submission.withdraw")).one()
        assert (audit.actor, audit.details["reason"]) == ("alice", "wrong seed")


def test_withdrawing_leaves_the_other_matchups_and_closed_studies_alone(
    alice: TestClient, client: TestClient, cast: Cast, study: Study
) -> None:
    closed = cast.open_study("closed-before", others=["cinemo"])
    alice.post(f"{API}/studies/{closed.slug}/close")

    alice.post(f"{API}/submissions/{cast.submission_ids['cinemo']}/withdraw", json={"reason": "wrong seed"})

    matchups = alice.get(f"{API}/studies/{study.slug}").json()["matchups"]
    assert [each["other"] for each in matchups if each["closed_at"] is None] == ["dynamicrafter"]
    assert alice.get(f"{API}/studies/{closed.slug}").json()["matchups"][0]["closed_at"] is None
    enter(client, study)
    tokens = []
    while (answer := ask(client, study)).status_code == 200:
        tokens.append(answer.json()["token"])
        vote(client, tokens[-1])
    assert len(tokens) == len(PAIR_IDS), "what is left is the matchup that still stands"


def test_a_late_vote_on_a_withdrawn_submission_is_refused(
    alice: TestClient, client: TestClient, cast: Cast, study: Study
) -> None:
    token = assign(enter(client, study), study)["token"]
    assert vote(client, token).status_code == 201
    undone = client.post(f"{API}/assignments/{token}/undo").json()["token"]

    alice.post(f"{API}/submissions/{cast.submission_ids['motif']}/withdraw", json={"reason": "wrong seed"})

    refused(vote(client, undone), 409, "matchup_closed")
    refused(client.post(f"{API}/assignments/{token}/undo"), 409, "not_last_vote")


def test_withdrawing_twice_changes_nothing(alice: TestClient, cast: Cast) -> None:
    address = f"{API}/submissions/{cast.submission_ids['motif']}"

    first = alice.post(f"{address}/withdraw", json={"reason": "wrong seed"}).json()
    second = alice.post(f"{address}/withdraw", json={"reason": "another reason"}).json()

    assert first == second
    refused(alice.post(f"{address}/finalise"), 409, "submission_withdrawn")


def test_a_withdrawn_submission_cannot_enter_a_new_study(alice: TestClient, cast: Cast) -> None:
    gone, stays = cast.submission_ids["motif"], cast.submission_ids["cinemo"]
    alice.post(f"{API}/submissions/{gone}/withdraw", json={"reason": "wrong seed"})
    plan = {"slug": "late", "title": "Late", "benchmark": BENCHMARK}

    answer = alice.post(f"{API}/studies", json=plan | {"matchups": [{"reference": gone, "other": stays}]})

    refused(answer, 422, "bad_matchups")


def test_of_two_who_register_or_open_the_same_at_one_moment_none_gets_a_500(
    either_installation: AppContext,
) -> None:
    cast = set_the_stage(either_installation, pairs=1)
    clients = clients_of_one_server(either_installation, cast.alice, cast.ada)

    def at_once(method: str, path: str, body: dict[str, object]) -> list[int]:
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(lambda client: client.request(method, f"{API}{path}", json=body), clients)
            return sorted(answer.status_code for answer in answers)

    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    for number in range(5):
        label, slug = f"l{number}", f"s{number}"
        body = {"model": "motif", "benchmark": BENCHMARK, "label": label}
        plan = {"slug": slug, "title": slug, "benchmark": BENCHMARK, "matchups": [sides]}
        assert at_once("PUT", f"/models/{slug}", {"name": slug})[0] == 200
        assert at_once("POST", "/submissions", body) == [201, 409]
        assert at_once("POST", "/studies", plan) == [201, 409]
