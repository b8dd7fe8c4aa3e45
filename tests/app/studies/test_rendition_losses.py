"""Before the first vote, the owner of a study learns which parts of the clips the renditions cut."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.media.comparison_clips import compared_clips
from app.tables.studies import Comparison
from benchmark.protocol import RenditionRecipe
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import BENCHMARK, PAIR_IDS, Cast

API = "/api/v1"
WIDE = {"width": 832, "height": 480, "frames": 80, "fps": 16.0, "duration_s": 5.0}
SQUARE = {"width": 320, "height": 320, "frames": 16, "fps": 8.0, "duration_s": 2.0}
# By hand: 2 of 5 s; of 832 columns at a height of 480 the middle 480; 8 of 16 frames a second.
SENTENCE = "cinemo loses 60 % of its length, 42 % of its width and 50 % of its frame rate."


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def create(client: TestClient, cast: Cast, **changes: Any) -> dict[str, Any]:
    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    body = {"slug": "new", "title": "New", "benchmark": BENCHMARK, "matchups": [sides]} | changes
    made: dict[str, Any] = client.post(f"{API}/studies", json=body).json()
    return made


def test_a_draft_states_what_renditions_will_cut(alice: TestClient, cast: Cast) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", WIDE)

    (loss,) = create(alice, cast)["matchups"][0]["rendition_losses"]

    assert loss["side"] == "other"
    assert (loss["length"], loss["frame_rate"], loss["height"]) == (0.6, 0.5, 0.0)
    assert loss["width"] == pytest.approx(1 - 480 / 832)
    assert (loss["pairs"], loss["all_pairs"]) == (len(PAIR_IDS), len(PAIR_IDS))
    assert loss["sentence"] == SENTENCE


def test_the_opening_of_a_study_reports_the_losses_again(alice: TestClient, cast: Cast) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", WIDE)
    create(alice, cast)

    opened = alice.post(f"{API}/studies/new/open").json()

    assert [loss["sentence"] for loss in opened["matchups"][0]["rendition_losses"]] == [SENTENCE]


def test_clips_of_some_pairs_only_are_counted(alice: TestClient, cast: Cast) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", SQUARE)
    cast.reshape_clips("cinemo", {"frames": 32, "duration_s": 4.0}, pairs=2)

    (loss,) = create(alice, cast)["matchups"][0]["rendition_losses"]

    assert loss["sentence"] == f"cinemo loses up to 50 % of its length in 2 of {len(PAIR_IDS)} pairs."


def test_clips_of_one_form_lose_nothing(alice: TestClient, cast: Cast) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", SQUARE)

    assert create(alice, cast)["matchups"][0]["rendition_losses"] == []


@pytest.mark.parametrize(
    ("renditions", "kept"),
    [("letterbox", "width"), ("native", "width"), ("keep_longer", "length")],
)
def test_a_choice_is_recorded_and_keeps_its_part(
    alice: TestClient, cast: Cast, renditions: str, kept: str
) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", WIDE)

    made = create(alice, cast, renditions=renditions)

    assert made["renditions"] == renditions
    assert made["matchups"][0]["rendition_losses"][0][kept] == 0.0


def test_the_renditions_of_a_matchup_replace_those_of_the_study(alice: TestClient, cast: Cast) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", WIDE)
    sides = {"reference": "motif", "other": "cinemo", "renditions": "keep_longer"}

    (matchup,) = create(alice, cast, matchups=[sides], renditions="native")["matchups"]

    assert matchup["renditions"] == "keep_longer"
    assert matchup["rendition_losses"][0]["width"] > 0
    alice.post(f"{API}/studies/new/open")
    with cast.context.database.read() as session:
        comparison = session.scalars(select(Comparison.id)).first()
        assert comparison is not None
        clips = compared_clips(session, comparison_id=comparison, requested=RenditionRecipe.NATIVE)
    assert clips.recipe.kind is RenditionRecipe.KEEP_LONGER


def test_the_owner_reads_it_on_the_first_page_until_the_study_closes(alice: TestClient, cast: Cast) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", WIDE)
    create(alice, cast)
    browser = signed_in(cast.context, cast.alice)

    assert SENTENCE in browser.get("/").text

    for move in ("open", "close"):
        alice.post(f"{API}/studies/new/{move}")
    assert SENTENCE not in browser.get("/").text


def test_only_the_owner_reads_the_losses(alice: TestClient, cast: Cast) -> None:
    cast.reshape_clips("motif", SQUARE)
    cast.reshape_clips("cinemo", WIDE)
    create(alice, cast)

    assert SENTENCE not in signed_in(cast.context, cast.bob).get("/").text
