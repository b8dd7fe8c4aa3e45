"""Clips of the gallery: complete files and ranges, only of final submissions, never for visitors."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.tables.submissions import Submission
from benchmark.protocol import SubmissionStatus
from tests.app.results.page_voters import PAGE, annotator, signed_in
from tests.cast import PAIR_IDS, Cast, Study, make_submission, small_clip

PAIR = f"/gallery/tiny/{PAIR_IDS[0]}"


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.alice)


@pytest.fixture
def address(alice: TestClient) -> str:
    """The address of MotiF's clip of the first pair."""
    found = re.search(rf'src="({PAIR}/clips/[0-9a-f]+)"', alice.get(PAIR).text)
    assert found
    return found[1]


def test_a_clip_is_served_as_it_was_uploaded(alice: TestClient, address: str) -> None:
    answer = alice.get(address)

    assert answer.headers["content-type"] == "video/mp4"
    assert answer.content == small_clip(shade=0)


def test_a_browser_may_ask_for_a_part(alice: TestClient, address: str) -> None:
    whole = small_clip(shade=0)

    answer = alice.get(address, headers={"Range": "bytes=10-19"})

    assert answer.status_code == 206
    assert answer.content == whole[10:20]
    assert answer.headers["content-range"] == f"bytes 10-19/{len(whole)}"


def test_a_part_beyond_the_end_is_refused(alice: TestClient, address: str) -> None:
    assert alice.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_a_visitor_gets_no_clip(address: str, client: TestClient) -> None:
    assert client.get(address, headers=PAGE).status_code == 401


def test_an_annotator_gets_no_clip(address: str, study: Study) -> None:
    assert annotator(study).get(address, headers=PAGE).status_code == 401


@pytest.mark.parametrize("status", [SubmissionStatus.OPEN, SubmissionStatus.WITHDRAWN])
def test_only_final_submissions_show_their_clips(
    cast: Cast, alice: TestClient, address: str, status: SubmissionStatus
) -> None:
    with cast.context.database.write() as session:
        row = session.scalars(select(Submission).where(Submission.public_id == address[-16:])).one()
        row.status = status

    assert alice.get(address).status_code == 404
    assert address not in alice.get(PAIR).text


def test_a_lost_file_is_reported_before_the_body(cast: Cast, alice: TestClient, address: str) -> None:
    for path in (cast.context.settings.home / "media" / "clips").rglob("*"):
        if path.is_file():
            path.unlink()

    assert alice.get(address).status_code == 503


def test_the_page_of_a_pair_without_a_clip_states_this(cast: Cast, alice: TestClient) -> None:
    with cast.context.database.write() as session:
        for row in session.scalars(select(Submission)):
            row.status = SubmissionStatus.WITHDRAWN
    make_submission(cast.context, cast.alice, model="seine", pair_ids=PAIR_IDS[1:])

    assert "No final submission has a clip of this pair yet." in alice.get(PAIR).text
