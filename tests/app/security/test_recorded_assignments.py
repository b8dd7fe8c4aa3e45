"""The responses to an assignment do not reveal which of the two models generated a clip."""

import random
import re
import time
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx2 import Client
from sqlalchemy import select

from app.context import AppContext
from app.server import TASK_HANDLERS
from app.tables.voting import Assignment
from app.tasks.runner import TaskRunner
from benchmark.protocol import RenditionRecipe, Side
from tests.acting import assign, vote
from tests.app.security.other_submissions import unlike_submission
from tests.cast import PAIR_IDS, Cast, Study, enter
from tests.conftest import serving

# A guessing stump exceeds one half by this number of standard deviations with a probability of 0.003 %.
DEVIATIONS = 4


@dataclass(frozen=True)
class Recorded:
    """All responses for one clip that a browser receives.

    Attributes:
        is_reference: whether the reference model generated the clip; only the database knows this.
        sent: the responses without the pictures and without values that differ between any two requests.
        measured: numeric properties of the responses, such as response times.
    """

    is_reference: bool
    sent: tuple[object, ...]
    measured: tuple[float, ...]


@pytest.fixture
def unlike_study(cast: Cast, tmp_path: Path) -> Study:
    cast.submission_ids["unlike"] = unlike_submission(cast, tmp_path)
    study = cast.open_study(others=["unlike"], renditions=RenditionRecipe.NORMALISED, votes_per_comparison=99)
    TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
    return study


def record(address: str, study: Study, chance: random.Random, wanted: int) -> list[Recorded]:
    found: list[Recorded] = []
    while len(found) < 2 * wanted:
        with Client(base_url=address, timeout=60) as browser:
            enter(browser, study)
            for _ in PAIR_IDS:
                card = assign(browser, study)
                page = browser.get(f"/studies/{study.slug}/vote").text
                cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
                reference = side_of_reference(study.context, card["token"])
                for side in chance.sample(["left", "right"], 2):
                    markup = normalised(article(page, side), card["token"], side)
                    answers, measured = download(address, f"/media/{card['token']}/{side}", cookie)
                    found.append(Recorded(side == reference, (markup, *answers), measured))
                assert vote(browser, card["token"]).status_code == 201
    return found


def side_of_reference(context: AppContext, token: str) -> str:
    with context.database.read() as session:
        left = session.scalars(select(Assignment.left_side).where(Assignment.token == token)).one()
    return "left" if left is Side.REFERENCE else "right"


def article(page: str, side: str) -> str:
    match = re.search(rf'<article class="clip"\s+data-side="{side}".*?</article>', page, re.DOTALL)
    assert match
    return match[0]


def normalised(markup: str, token: str, side: str) -> str:
    letter = {"left": "A", "right": "B"}[side]
    return re.sub(rf"\b{letter}\b", "LETTER", markup.replace(token, "TOKEN").replace(side, "SIDE"))


def download(address: str, path: str, cookie: str) -> tuple[list[object], tuple[float, ...]]:
    """Request a clip in several ways, as video players do; return the responses and the measured numbers."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    answers: list[object] = []
    measured: list[float] = []
    for asked in ("bytes=0-", "bytes=0-1", "bytes=1000-", "bytes=-500", "bytes=99999999-"):
        started = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie, "Range": asked})
        answer = connection.getresponse()
        headers_s = time.perf_counter() - started
        length = len(answer.read())
        kept = [(name, value) for name, value in answer.getheaders() if name != "x-request-id"]
        answers.append((answer.status, kept, length))
        measured += [length, headers_s, time.perf_counter() - started]
    connection.close()
    return answers, tuple(measured)


Pair = tuple[Recorded, Recorded]


def pairs_of(clips: list[Recorded]) -> list[Pair]:
    """Return the two clips of each assignment, in the order of their requests."""
    return list(zip(clips[::2], clips[1::2], strict=True))


def right_guesses(pairs: list[Pair]) -> tuple[int, int]:
    """Train a decision stump on half of the pairs; count correct and all guesses on the other half.

    A stump compares the difference of one number between the two clips with a threshold.
    """
    cases = [
        ([a - b for a, b in zip(one.measured, two.measured, strict=True)], one.is_reference)
        for one, two in pairs
    ]
    train, test = cases[: len(cases) // 2], cases[len(cases) // 2 :]

    def count(some: list[tuple[list[float], bool]], number: int, limit: float, sign: int) -> int:
        return sum((sign * (each[number] - limit) > 0) == is_reference for each, is_reference in some)

    stumps = [
        (number, differences[number], sign)
        for number in range(len(train[0][0]))
        for differences, _ in train
        for sign in (1, -1)
    ]
    best = max(stumps, key=lambda stump: count(train, *stump))
    return count(test, *best), len(test)


def test_the_answers_of_both_sides_are_equal_but_for_the_pictures(cast: Cast, unlike_study: Study) -> None:
    with serving(cast.context) as address:
        pairs = pairs_of(record(address, unlike_study, random.Random(1), 12))

    assert {one.is_reference for one, _ in pairs} == {True, False}
    assert [one.sent for one, _ in pairs] == [two.sent for _, two in pairs]


@pytest.mark.full_size
def test_no_number_of_200_recorded_assignments_tells_the_model(cast: Cast, unlike_study: Study) -> None:
    with serving(cast.context) as address:
        pairs = pairs_of(record(address, unlike_study, random.Random(2), 200))

    assert [one.sent for one, _ in pairs] == [two.sent for _, two in pairs]
    right, of = right_guesses(pairs)
    assert right < of / 2 + DEVIATIONS * (of / 4) ** 0.5, f"{right} of {of} guesses are right"
    # The same classifier finds one more byte in the answers of one model.
    right, of = right_guesses([(_longer(one), _longer(two)) for one, two in pairs])
    assert right > of / 2 + DEVIATIONS * (of / 4) ** 0.5


def _longer(clip: Recorded) -> Recorded:
    return replace(clip, measured=(clip.measured[0] + clip.is_reference, *clip.measured[1:]))
