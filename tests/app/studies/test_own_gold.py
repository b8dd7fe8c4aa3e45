"""Gold questions from a lab's own clips: made in the sandbox, confirmed one by one, then asked."""

import io
import re

import av
import numpy as np
import pytest
from sqlalchemy import select, update

from app.context import AppContext
from app.tables.bench import Pair
from app.tables.gold_clips import GoldClip
from app.tables.studies import Comparison
from app.tables.submissions import Clip
from benchmark.protocol import GoldKind, GoldStatus
from benchmark.wire.drafts import GoldRequest
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import PAIR_IDS, Cast
from tests.page_text import text_of

MAKE = {"count": "3", "kinds": [each.value for each in GoldKind]}


def page_of(cast: Cast) -> str:
    return f"/submissions/{cast.submission_ids['motif']}/gold"


def pictures(content: bytes) -> list[np.ndarray]:  # type: ignore[type-arg]
    with av.open(io.BytesIO(content)) as file:
        return [frame.to_ndarray(format="gray").astype(int) for frame in file.decode(video=0)]


def differs(a: np.ndarray, b: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(np.abs(a - b).mean())


def test_wrong_clips_are_frozen_reversed_or_of_another_image(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)

    page = alice.post(page_of(cast), data=MAKE)

    assert page.status_code == 200, text_of(page.text)
    assert "0 of 3 confirmed" in text_of(page.text)
    urls = re.findall(r'<video src="([^"]+)"', page.text)
    clips = [pictures(alice.get(url).content) for url in urls]
    (right_1, frozen), (right_2, backwards), (right_3, other) = clips[:2], clips[2:4], clips[4:]
    assert {len(each) for each in clips} == {8}
    assert differs(frozen[0], right_1[0]) < 2
    assert differs(frozen[0], frozen[-1]) < 1 < differs(right_1[0], right_1[-1])
    assert differs(backwards[0], right_2[-1]) < 2
    assert differs(backwards[-1], right_2[0]) < 2
    assert differs(other[0], right_3[0]) > 0.5
    with context.database.read() as session:
        shapes = session.execute(select(Clip.width, Clip.height, Clip.frames, Clip.fps).distinct()).all()
    assert len(shapes) == 1  # nothing stands out


def test_only_confirmed_questions_are_asked(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)
    alice.post(page_of(cast), data=MAKE)
    with pytest.raises(Exception, match="defines no gold questions"):
        cast.open_study(others=["cinemo"], gold=GoldRequest(count=1))
    with context.database.read() as session:
        query = (
            select(Pair.name).join(Clip, Clip.pair_id == Pair.id).join(GoldClip, GoldClip.clip_id == Clip.id)
        )
        first, second, third = session.scalars(query.order_by(GoldClip.clip_id))
    alice.post(f"{page_of(cast)}/{first}", data={"status": "confirmed"})
    alice.post(f"{page_of(cast)}/{second}", data={"status": "confirmed"})
    page = alice.post(f"{page_of(cast)}/{third}", data={"status": "rejected"})
    assert "2 of 3 confirmed" in text_of(page.text)

    cast.open_study(others=["cinemo"], gold=GoldRequest(count=2))

    with context.database.read() as session:
        asked = set(
            session.scalars(
                select(Pair.name).join(Comparison, Comparison.pair_id == Pair.id).where(Comparison.is_gold)
            )
        )
        decided = session.scalars(select(GoldClip.decided_by_id)).all()
    assert asked == {first, second}
    assert decided == [cast.alice.principal.person_id] * 3


def test_bad_requests_are_refused_and_the_set_can_be_made_again(cast: Cast, context: AppContext) -> None:
    alice = signed_in(context, cast.alice)
    for data in (
        {},
        MAKE | {"count": "0"},
        MAKE | {"count": "25"},
        {"count": "3"},
        MAKE | {"kinds": "blurred"},
    ):
        assert alice.post(page_of(cast), data=data).status_code == 422, data
    for person in (cast.bob, cast.charlie):
        stranger = signed_in(context, person)
        assert stranger.get(page_of(cast)).status_code == 404
        assert stranger.post(page_of(cast), data=MAKE).status_code == 404
        assert (
            stranger.post(f"{page_of(cast)}/{PAIR_IDS[0]}", data={"status": "confirmed"}).status_code == 404
        )
        assert stranger.post(f"{page_of(cast)}/discard").status_code == 404
    assert client_of(context).get(page_of(cast)).status_code == 401

    alice.post(page_of(cast), data=MAKE)
    again = alice.post(page_of(cast), data=MAKE)
    assert again.status_code == 409
    assert "has gold clips already" in text_of(again.text)
    assert alice.post(f"{page_of(cast)}/nothing", data={"status": "confirmed"}).status_code == 404
    alice.post(f"{page_of(cast)}/discard")
    assert alice.post(page_of(cast), data=MAKE | {"count": "1"}).status_code == 200
    with context.database.write() as session:
        session.execute(update(Clip).values(is_static=True))
    alice.post(f"{page_of(cast)}/discard")
    none = alice.post(page_of(cast), data=MAKE)
    assert (none.status_code, "No clip of this submission can be used" in text_of(none.text)) == (409, True)


def test_a_confirmed_set_that_was_rejected_before_opening_asks_nothing(
    cast: Cast, context: AppContext
) -> None:
    alice = signed_in(context, cast.alice)
    alice.post(page_of(cast), data=MAKE)
    with context.database.write() as session:
        session.execute(update(GoldClip).values(status=GoldStatus.CONFIRMED))
    body = {
        "slug": "mine",
        "title": "Mine",
        "benchmark": "tiny",
        "matchups": [{"reference": "motif", "other": "cinemo"}],
        "gold": {"count": 1},
    }
    assert alice.post("/api/v1/studies", json=body).status_code == 201
    with context.database.write() as session:
        session.execute(update(GoldClip).values(status=GoldStatus.REJECTED))

    refused(alice.post("/api/v1/studies/mine/open"), 409, "too_few_gold")
