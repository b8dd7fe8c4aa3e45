"""Twins are two submissions with equal bytes and different models; no response distinguishes them.

If anything except the pictures depended on the model, the responses for the twins would differ.
"""

import re
from collections import defaultdict

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.context import AppContext
from app.main import create_app
from app.tables.voting import Assignment
from benchmark.protocol import RenditionRecipe, Side, WatchGate
from tests.acting import ask, vote
from tests.app.security.other_submissions import twin_submission
from tests.app.security.test_recorded_assignments import article, normalised
from tests.cast import Cast, Study, enter

VOTES = 5
# Every answer has its own number and time, and every annotator has an own form token.
_OF_THE_REQUEST = {"x-request-id", "set-cookie"}
_TOKEN = re.compile(rb"(?<![\w-])[\w-]{43}(?![\w-])")
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)")


def told(answer: Response) -> tuple[object, ...]:
    """Return the complete response without tokens, times and the request id."""
    headers = [each for each in answer.headers.multi_items() if each[0] not in _OF_THE_REQUEST]
    body = answer.content
    if answer.headers["content-type"] != "video/mp4":
        body = _TIME.sub(b"TIME", _TOKEN.sub(b"TOKEN", body))
    return answer.status_code, headers, body


def voted_round(browser: TestClient, study: Study) -> dict[str, list[tuple[object, ...]]]:
    """Vote on all pairs; return all responses for each assignment, keyed by the assignment's token."""
    received: dict[str, list[tuple[object, ...]]] = {}
    while (asked := ask(browser, study)).status_code == 200:
        card = asked.json()
        token = card["token"]
        page = browser.get(f"/studies/{study.slug}/vote")
        left, right = (browser.get(card[f"{side}_url"]) for side in ("left", "right"))
        assert left.content == right.content
        assert told(left) == told(right)
        assert normalised(article(page.text, "left"), token, "left") == normalised(
            article(page.text, "right"), token, "right"
        )
        ranges = [
            browser.get(card["left_url"], headers={"Range": span}) for span in ("bytes=0-1", "bytes=-500")
        ]
        answers = [asked, page, left, right, browser.get(card["image_url"]), *ranges, vote(browser, token)]
        assert answers[-1].status_code == 201
        received[token] = [told(answer) for answer in answers]
    return received


@pytest.mark.parametrize("recipe", [RenditionRecipe.REMUX, RenditionRecipe.NORMALISED])
def test_no_answer_depends_on_which_twin_is_on_the_left(
    cast: Cast, context: AppContext, recipe: RenditionRecipe
) -> None:
    cast.submission_ids["twin"] = twin_submission(cast)
    study = cast.open_study(
        others=["twin"], renditions=recipe, votes_per_comparison=VOTES, watch_gate=WatchGate.DELIVERED
    )
    received: defaultdict[tuple[int, int], dict[Side, list[object]]] = defaultdict(dict)
    for _ in range(VOTES):
        with TestClient(create_app(context)) as browser:
            enter(browser, study)
            for number, (token, answers) in enumerate(voted_round(browser, study).items()):
                with context.database.read() as session:
                    row = session.scalars(select(Assignment).where(Assignment.token == token)).one()
                    comparison, left = row.comparison_id, row.left_side
                received[comparison, number].setdefault(left, answers)

    compared = [sides for sides in received.values() if len(sides) == 2]
    assert compared
    for sides in compared:
        assert sides[Side.REFERENCE] == sides[Side.OTHER]
