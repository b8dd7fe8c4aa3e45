"""A proxy loses responses after the commit: annotators repeat requests, and every vote counts once."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy import select

from app.context import AppContext
from app.results.live.recount import recount
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, Vote
from tests.cast import PAIR_IDS, Study, set_the_stage
from tests.conftest import serving
from tests.lossy_proxy import LossyProxy

CLIENTS = 6
Choices = dict[str, str]


PATIENCE_S = 60


class Annotator:
    """Votes through the proxy; `acknowledged` maps assignments to the choices that the server confirmed."""

    def __init__(self, study: Study, server: str, proxy: str, *, number: int) -> None:
        self.acknowledged: Choices = {}
        self._study = study
        self._proxy = proxy
        self._takes_next = number % 2 == 1
        self._choice = ("left", "right")[number % 3 == 0]
        with httpx2.Client(timeout=60) as browser:
            browser.get(f"{server}/invite/{study.invite()[0]}").raise_for_status()
            self._cookies = dict(browser.cookies)

    def vote_on_all(self) -> Choices:
        headers = {"Connection": "close"}
        with httpx2.Client(
            base_url=self._proxy, cookies=self._cookies, headers=headers, timeout=60
        ) as browser:
            card = None
            while (card := card or self._ask(browser)) is not None:
                token = card["token"]
                body: dict[str, object] = {"choice": self._choice, "justifications": ["object_motion"]}
                if self._takes_next:
                    body["next"] = {}
                answer = _until_answered(browser, f"/api/v1/assignments/{token}/vote", body)
                assert answer.status_code in (200, 201), answer.text
                self.acknowledged[token] = answer.json()["choice"]
                card = answer.json()["next"]
        return self.acknowledged

    def _ask(self, browser: httpx2.Client) -> Choices | None:
        answer = _until_answered(browser, f"/api/v1/studies/{self._study.slug}/assignments", {})
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.status_code == 200 else None


def _until_answered(browser: httpx2.Client, path: str, body: dict[str, object]) -> httpx2.Response:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return browser.post(path, json=body)
        except httpx2.TransportError:
            assert time.monotonic() < deadline, f"{path} got no answer within {PATIENCE_S} s"


def stored(context: AppContext) -> list[tuple[str, str]]:
    query = select(Assignment.token, Assignment.left_side, Vote.chosen_side).join(
        Vote, Vote.assignment_id == Assignment.id
    )
    with context.database.read() as session:
        return [
            (token, "left" if chosen is left else "right") for token, left, chosen in session.execute(query)
        ]


@pytest.mark.parametrize(
    "panel", [3, pytest.param(85, marks=pytest.mark.full_size)], ids=["36 votes", "1,020 votes"]
)
@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.full_size) for n in (2, 3, 4, 5))])
def test_every_vote_counts_once_if_a_proxy_loses_30_percent_of_the_answers(
    either_installation: AppContext, panel: int, seed: int
) -> None:
    study = set_the_stage(either_installation).open_study(votes_per_comparison=panel)
    with (
        serving(either_installation) as server,
        LossyProxy(server, lost_in_10=3, seed=seed).running() as proxy,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        annotators = [Annotator(study, server, proxy.address, number=number) for number in range(panel)]
        acknowledged = list(pool.map(Annotator.vote_on_all, annotators))

    votes = 2 * len(PAIR_IDS) * panel
    # The order of the requests decides how many of the lost answers belong to votes.
    lost_votes = sum(b" 201 Created" in answer.partition(b"\r\n")[0] for answer in proxy.lost)
    assert lost_votes > (votes // 5 if votes > 1000 else 0)
    assert sorted(stored(either_installation)) == sorted(
        (token, choice) for each in acknowledged for token, choice in each.items()
    )
    with either_installation.database.read() as session:
        rows = session.scalars(select(Comparison)).all()
        assert [row.votes_reference + row.votes_other for row in rows] == [panel] * 2 * len(PAIR_IDS)
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []
