"""Names of submissions: the id, or `model` or `model@label` if only one submission has this name."""

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.main import API
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_benchmark, make_submission, set_the_stage, small_clip


def add(cast: Cast, label: str, *, final: bool = True) -> str:
    return make_submission(
        cast.context, cast.alice, model="motif", label=label, final=final, pair_ids=PAIR_IDS[:1], shade=3
    )


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return client_of(cast.context, cast.alice)


def test_every_route_of_a_submission_takes_its_name(cast: Cast, alice: TestClient) -> None:
    new = add(cast, "new", final=False)
    path = f"{API}/submissions/motif@new"

    put = alice.put(f"{path}/clips/{PAIR_IDS[1]}", content=small_clip(shade=77))
    assert put.status_code == 201, put.text
    assert alice.get(path).json()["id"] == new
    assert len(alice.get(f"{path}/clips").json()["clips"]) == 2
    assert alice.delete(f"{path}/clips/{PAIR_IDS[1]}").status_code == 204
    assert alice.put(f"{path}/visibility", json={"visibility": "public"}).status_code == 200
    assert alice.get(f"{path}/visibility").json()["visibility"] == "public"
    assert alice.get(f"{API}/jobs", params={"submission": "motif@new"}).json()["jobs"] == []
    assert alice.post(f"{API}/jobs/cancel", json={"submission": "motif@new"}).json() == {"jobs": 0}
    assert alice.post(f"{path}/finalise", json={"allow_partial": True}).json()["status"] == "final"
    assert alice.post(f"{path}/withdraw", json={"reason": "x"}).json()["id"] == new
    refused(alice.get(path), 404, "not_found")
    assert alice.get(f"{API}/submissions/{new}").status_code == 200


def test_a_model_alone_means_its_submission_without_a_label(cast: Cast, alice: TestClient) -> None:
    add(cast, "a")

    assert alice.get(f"{API}/submissions/motif").json()["id"] == cast.submission_ids["motif"]


def test_an_ambiguous_name_lists_what_it_may_mean(cast: Cast, alice: TestClient) -> None:
    plain, first, second = cast.submission_ids["motif"], add(cast, "a"), add(cast, "b")
    alice.post(f"{API}/submissions/{plain}/withdraw", json={"reason": "x"}).raise_for_status()

    answer = alice.get(f"{API}/submissions/motif")

    refused(answer, 409, "ambiguous_name")
    assert answer.json()["problems"] == [f"motif@a on tiny 1: {first}", f"motif@b on tiny 1: {second}"]
    assert alice.get(f"{API}/submissions/motif@b").json()["id"] == second


def test_only_submissions_that_you_see_are_meant(cast: Cast) -> None:
    charlie = client_of(cast.context, cast.charlie)

    refused(charlie.get(f"{API}/submissions/motif"), 404, "not_found")
    refused(charlie.post(f"{API}/submissions/motif/finalise"), 404, "not_found")


def test_the_newest_version_of_a_benchmark_is_meant(cast: Cast, alice: TestClient) -> None:
    make_benchmark(cast.context, version=2)
    body = {"model": "motif", "benchmark": BENCHMARK}
    newer = alice.post(f"{API}/submissions", json=body).json()["id"]

    assert alice.get(f"{API}/submissions/motif").json()["id"] == newer


@pytest.mark.parametrize("name", ["motif@", "@a", "Motif", "motif@a@b", "motif a", "a" * 65, "motif@.."])
def test_a_name_of_another_form_is_refused(alice: TestClient, name: str) -> None:
    refused(alice.get(f"{API}/submissions/{name}"), 422, "invalid_field")


def test_the_sides_of_a_study_are_named(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation, pairs=1)
    alice = client_of(cast.context, cast.alice)
    new = add(cast, "new")
    matchups = [{"reference": "motif", "other": "cinemo"}, {"reference": "motif@new", "other": "cinemo"}]

    created = alice.post(f"{API}/studies", json=study(matchups))

    assert created.status_code == 201, created.text
    sides = [(each["reference_id"], each["other_id"]) for each in created.json()["matchups"]]
    motif, cinemo = cast.submission_ids["motif"], cast.submission_ids["cinemo"]
    assert sides == [(motif, cinemo), (new, cinemo)]


def study(matchups: list[dict[str, str]]) -> dict[str, object]:
    return {"slug": "named", "title": "Named", "benchmark": BENCHMARK, "matchups": matchups}


def test_a_name_and_its_id_are_the_same_side(cast: Cast, alice: TestClient) -> None:
    motif = cast.submission_ids["motif"]

    answer = alice.post(f"{API}/studies", json=study([{"reference": "motif", "other": motif}]))

    refused(answer, 422, "bad_matchups")
    assert answer.json()["problems"] == ["matchup 1: both sides are the same submission"]


def test_an_unknown_or_ambiguous_side_is_refused(cast: Cast, alice: TestClient) -> None:
    unknown = alice.post(f"{API}/studies", json=study([{"reference": "motif", "other": "nothing"}]))
    add(cast, "a")
    add(cast, "b")
    plain = cast.submission_ids["motif"]
    alice.post(f"{API}/submissions/{plain}/withdraw", json={"reason": "x"}).raise_for_status()
    ambiguous = alice.post(f"{API}/studies", json=study([{"reference": "motif", "other": "cinemo"}]))

    refused(unknown, 422, "bad_matchups")
    refused(ambiguous, 409, "ambiguous_name")
