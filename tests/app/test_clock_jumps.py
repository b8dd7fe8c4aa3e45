"""If the machine's clock jumps, leases and sessions end early or late, but no vote is lost."""

from pathlib import Path

import httpx2
from httpx2 import Client
from sqlalchemy import select

from app.results.live.recount import recount
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, Vote
from tests.acting import ask, assign, refused, vote
from tests.cast import Cast, Study
from tests.preload import preload
from tests.server_process import server_process

HOUR_S, DAY_S = 3600, 86_400


def test_votes_are_kept_and_a_later_session_is_refused_while_the_clock_jumps(
    cast: Cast, study: Study, tmp_path: Path
) -> None:
    home, invitation = cast.context.settings.home, study.invite()[0]
    voted = []
    with (
        preload(tmp_path) as library,
        server_process(home, library.environment) as (address, _),
        Client(base_url=address) as browser,
    ):
        browser.get(f"/invite/{invitation}").raise_for_status()
        for shift_s in (2 * HOUR_S, -DAY_S, 29 * DAY_S, -29 * DAY_S, 0):
            voted.append(assign(browser, study)["token"])
            library.set_clock(shift_s=shift_s)
            assert vote(browser, voted[-1]).status_code == 201
            assert vote(browser, voted[-1]).status_code == 200
            assert browser.get("/readyz").status_code == 200
            assert browser.get("/api/v1/studies", headers=cast.alice.headers).status_code == 200

        token = assign(browser, study)["token"]
        library.set_clock(shift_s=400 * DAY_S)
        refused(ask(browser, study), 401, "not_invited")
        library.set_clock(shift_s=0)
        assert vote(browser, token).status_code == 201
        voted.append(token)

    with cast.context.database.read() as session:
        query = select(Assignment.token).join(Vote, Vote.assignment_id == Assignment.id)
        assert sorted(session.scalars(query)) == sorted(voted)
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []


def test_limits_of_wrong_keys_neither_end_nor_grow_if_the_clock_jumps(cast: Cast, tmp_path: Path) -> None:
    wrong = {"Authorization": "Bearer ti2v_guess"}
    limit = {"TI2V_FAILED_KEYS_PER_MINUTE": "3"}
    with (
        preload(tmp_path) as library,
        server_process(cast.context.settings.home, library.environment | limit) as (address, _),
    ):

        def guess() -> int:
            return httpx2.get(f"{address}/api/v1/models", headers=wrong, timeout=60).status_code

        library.set_clock(shift_s=DAY_S)
        assert [guess() for _ in range(4)] == [401, 401, 401, 429]
        for shift_s in (29 * DAY_S, 0, -29 * DAY_S):
            library.set_clock(shift_s=shift_s)
            assert guess() == 429
        library.let_time_pass(61)
        assert [guess() for _ in range(4)] == [401, 401, 401, 429]
