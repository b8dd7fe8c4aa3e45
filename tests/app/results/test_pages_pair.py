"""The page of one pair: clips with the names of their models, votes and reasons."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.clock import utc_now
from app.submissions.withdrawal import withdraw
from app.tables.bench import Benchmark, Pair
from app.tables.submissions import Submission
from benchmark.protocol import Side
from tests.app.results.page_voters import PAGE, annotator, close, fill_panels, share, signed_in, vote
from tests.cast import PAIR_IDS, Cast, Study
from tests.page_text import text_of

KITE = f"/studies/motif-study/pairs/{PAIR_IDS[0]}"


def test_it_shows_the_clip_of_every_side_the_reference_first(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    page = alice.get(KITE).text

    assert re.findall(r'aria-label="Clip of ([^"]+)"', page) == ["motif", "cinemo", "dynamicrafter"]
    clips = re.findall(r'<video src="([^"]+)"', page)
    assert [alice.get(url).status_code for url in clips] == [200, 200, 200]
    assert f'href="{KITE}/strip.svg"' in page
    assert f'href="/gallery/tiny/{PAIR_IDS[0]}"' in page


def test_the_page_lists_votes_and_reasons(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=1)
    fill_panels(study, people=1, opinion=lambda _shown: Side.OTHER)
    fill_panels(study, people=1)

    words = text_of(signed_in(cast.context, cast.alice).get(KITE).text)

    assert "motif against cinemo 2 /1: motif" in words
    assert "annotator-001 motif Text alignment" in words
    assert "annotator-002 cinemo Text alignment" in words


def test_votes_that_do_not_count_are_numbers_only(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    browser = annotator(study)
    tokens = [vote(browser, study) for _ in PAIR_IDS]
    assert browser.post(f"/api/v1/assignments/{tokens[-1]}/undo").status_code == 200
    alice = signed_in(cast.context, cast.alice)

    pages = [text_of(alice.get(f"/studies/motif-study/pairs/{pair}").text) for pair in PAIR_IDS]

    assert sum("Not counted: 1 superseded." in page for page in pages) == 1
    assert sum("annotator-001 motif" in page for page in pages) == len(PAIR_IDS) - 1


def test_a_withdrawn_submission_shows_no_clip(cast: Cast, study: Study) -> None:
    with cast.context.database.write() as session:
        row = session.scalars(
            select(Submission).where(Submission.public_id == cast.submission_ids["cinemo"])
        ).one()
        withdraw(session, submission=row, reason="wrong seed", principal=cast.alice.principal)

    page = signed_in(cast.context, cast.alice).get(KITE).text

    assert re.findall(r'aria-label="Clip of ([^"]+)"', page) == ["motif", "dynamicrafter"]


def test_its_clips_play_after_the_benchmark_has_a_newer_version(cast: Cast, study: Study) -> None:
    with cast.context.database.write() as session:
        newer = Benchmark(
            slug="tiny",
            version=2,
            title="A tiny benchmark",
            source="made for tests",
            licence="CC0-1.0",
            content_hash="1" * 64,
            created_at=utc_now(),
        )
        session.add(newer)
        session.flush()
        session.add(
            Pair(
                benchmark_id=newer.id,
                position=0,
                name="golf1_it_moves",
                prompt="it moves",
                scenario="golf",
                image="golf1",
                image_key="images/none",
                image_type="image/png",
                tags={},
            )
        )
    alice = signed_in(cast.context, cast.alice)

    page = alice.get(KITE).text

    assert [alice.get(url).status_code for url in re.findall(r'<video src="([^"]+)"', page)] == [200] * 3
    assert f'href="/gallery/tiny/{PAIR_IDS[0]}"' not in page


def test_tags_of_the_pair_are_shown(cast: Cast, study: Study) -> None:
    with cast.context.database.write() as session:
        pair = session.scalars(select(Pair).where(Pair.name == PAIR_IDS[0])).one()
        pair.tags = {"style": "clay", "hard_case": "one_of_several"}

    words = text_of(signed_in(cast.context, cast.alice).get(KITE).text)

    assert "Image style Clay Hard case One of several" in words


def test_only_the_owner_sees_model_names_before_the_study_is_closed_and_shared(
    cast: Cast, study: Study, client: TestClient
) -> None:
    charlie = signed_in(cast.context, cast.charlie)
    assert charlie.get(KITE).status_code == 404
    assert client.get(KITE, headers=PAGE).status_code == 401
    assert annotator(study).get(KITE, headers=PAGE).status_code == 401

    close(study, cast.alice)
    assert charlie.get(KITE).status_code == 404
    share(study, cast.alice, cast.charlie)

    assert charlie.get(KITE).status_code == 200


@pytest.mark.parametrize(("pair", "status"), [("kite9_it_flies", 404), ("%00", 422), ("x" * 500, 422)])
def test_a_pair_that_is_not_there(cast: Cast, study: Study, pair: str, status: int) -> None:
    answer = signed_in(cast.context, cast.alice).get(f"/studies/motif-study/pairs/{pair}")

    assert answer.status_code == status
    assert "<h1>" in answer.text
