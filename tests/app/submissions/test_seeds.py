"""Clips of several seeds in one submission: missing clips, and the clips that a comparison shows."""

import hashlib

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.context import AppContext
from app.media.comparison_clips import compared_clips
from app.panels.protocol import newest_protocol
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from benchmark.protocol import RenditionRecipe, Side
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_submission, small_clip

API = "/api/v1"
# Those of the cast are darker.
OF_SEED = {0: small_clip(shade=50), 7: small_clip(shade=51), 8: small_clip(shade=52)}


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


@pytest.fixture
def submission(cast: Cast) -> str:
    """An open submission without clips."""
    return make_submission(cast.context, cast.alice, model="motif", label="seeds", final=False, pair_ids=())


def put(client: TestClient, submission: str, pair: str, seed: int | str | None, clip: bytes) -> Response:
    params = {} if seed is None else {"seed": seed}
    return client.put(f"{API}/submissions/{submission}/clips/{pair}", params=params, content=clip)


def test_a_pair_has_a_clip_of_each_seed(alice: TestClient, submission: str) -> None:
    pair = PAIR_IDS[0]
    answers = [put(alice, submission, pair, seed, OF_SEED[seed]) for seed in (7, 0)]
    again = put(alice, submission, pair, 7, OF_SEED[7])
    without = put(alice, submission, pair, None, OF_SEED[0])

    assert [(each.status_code, each.json()["seed"]) for each in answers] == [(201, 7), (201, 0)]
    assert (again.status_code, without.status_code) == (200, 200)
    refused(put(alice, submission, pair, 7, OF_SEED[8]), 409, "clip_exists")
    first = alice.get(f"{API}/submissions/{submission}/clips", params={"limit": 1}).json()
    rest = alice.get(f"{API}/submissions/{submission}/clips", params={"cursor": first["next_cursor"]}).json()
    listed = [(clip["pair_id"], clip["seed"]) for clip in first["clips"] + rest["clips"]]
    assert listed == [(pair, 0), (pair, 7)]


@pytest.mark.parametrize("seed", ["-1", "4294967296", "one", "0.5"])
def test_a_seed_is_a_whole_number_of_32_bits(alice: TestClient, submission: str, seed: str) -> None:
    refused(put(alice, submission, PAIR_IDS[0], seed, OF_SEED[0]), 422, "invalid_field")


def test_a_submission_is_complete_with_every_pair_of_each_seed_it_has_begun(
    alice: TestClient, submission: str
) -> None:
    for number, pair in enumerate(PAIR_IDS):
        assert put(alice, submission, pair, None, small_clip(shade=50 + number)).status_code == 201
    with_one_seed = alice.get(f"{API}/submissions/{submission}").json()
    assert put(alice, submission, PAIR_IDS[0], 7, OF_SEED[7]).status_code == 201

    begun = alice.get(f"{API}/submissions/{submission}").json()

    pairs = len(PAIR_IDS)
    assert (with_one_seed["expected"], with_one_seed["received"], with_one_seed["missing"]) == (
        pairs,
        pairs,
        [],
    )
    assert (begun["expected"], begun["received"]) == (2 * pairs, pairs + 1)
    assert begun["missing"] == [f"{pair}_7" for pair in PAIR_IDS[1:]]
    refused(alice.post(f"{API}/submissions/{submission}/finalise"), 409, "clips_missing")


def study_of(alice: TestClient, reference: str, other: str, **seeds: int) -> Response:
    matchup = {"reference": reference, "other": other, **seeds}
    body = {"slug": "seeds", "title": "Seeds", "benchmark": BENCHMARK, "matchups": [matchup]}
    return alice.post(f"{API}/studies", json=body)


def final_with_seeds(alice: TestClient, submission: str, *seeds: int) -> str:
    for seed in seeds:
        assert put(alice, submission, PAIR_IDS[0], seed, OF_SEED[seed]).status_code == 201
    answer = alice.post(f"{API}/submissions/{submission}/finalise", json={"allow_partial": True})
    assert answer.status_code == 200
    return submission


@pytest.mark.parametrize(("asked", "shown"), [({}, 7), ({"other_seed": 8}, 8)])
def test_a_comparison_shows_the_seed_of_its_side(
    alice: TestClient, cast: Cast, submission: str, asked: dict[str, int], shown: int
) -> None:
    other = final_with_seeds(alice, submission, 8, 7)
    created = study_of(alice, cast.submission_ids["cinemo"], other, **asked)

    opened = alice.post(f"{API}/studies/seeds/open")

    assert (created.status_code, opened.status_code) == (201, 200)
    matchup = opened.json()["matchups"][0]
    assert (matchup["reference_seed"], matchup["other_seed"], matchup["comparisons"]) == (0, shown, 1)
    with cast.context.database.read() as session:
        comparison = session.execute(select(Comparison.id)).scalar_one()
        clips = compared_clips(session, comparison_id=comparison, requested=RenditionRecipe.REMUX)
        protocol = newest_protocol(session, session.execute(select(StudyRow)).scalar_one())
    assert clips.of_side(Side.OTHER).sha256 == hashlib.sha256(OF_SEED[shown]).hexdigest()
    assert protocol is not None
    assert protocol.document["matchups"][0]["other_seed"] == shown


def test_a_matchup_names_a_seed_that_its_side_has(alice: TestClient, cast: Cast, submission: str) -> None:
    other = final_with_seeds(alice, submission, 7)

    answer = study_of(alice, cast.submission_ids["cinemo"], other, other_seed=0)

    refused(answer, 422, "bad_matchups")
    assert answer.json()["problems"] == [
        f"matchup 1: submission {other} has no clip of the seed that the matchup names"
    ]


def test_the_gallery_shows_each_seed(alice: TestClient, cast: Cast, submission: str) -> None:
    final_with_seeds(alice, submission, 0, 7)
    url = f"/gallery/{BENCHMARK}/{PAIR_IDS[0]}/clips/{submission}"

    clips = [alice.get(url, params={"seed": seed}) for seed in (0, 7, 8)]

    assert [each.status_code for each in clips] == [200, 200, 404]
    assert [each.content for each in clips[:2]] == [OF_SEED[0], OF_SEED[7]]


def test_the_label_of_a_withdrawn_submission_is_used_again(alice: TestClient, submission: str) -> None:
    body = {"model": "motif", "benchmark": BENCHMARK, "label": "seeds"}
    refused(alice.post(f"{API}/submissions", json=body), 409, "submission_exists")
    withdrawn = alice.post(f"{API}/submissions/{submission}/withdraw", json={"reason": "wrong clips"})

    again = alice.post(f"{API}/submissions", json=body)

    assert (withdrawn.status_code, again.status_code) == (200, 201)
    assert again.json()["id"] != submission
    refused(alice.post(f"{API}/submissions", json=body), 409, "submission_exists")
