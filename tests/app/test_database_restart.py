"""A restart of PostgreSQL: clear errors during the restart; afterwards the same server works again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.context import AppContext
from app.results.live.recount import recount
from app.settings import Settings
from app.tables.studies import Study as StudyRow
from app.tables.voting import Vote
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import enter, set_the_stage
from tests.conftest import settings_for
from tests.postgres import Postgres

pytestmark = pytest.mark.postgres


def test_votes_are_refused_while_postgresql_is_down_and_taken_afterwards(
    postgres: Postgres, tmp_path: Path, open_one: Callable[[Settings], AppContext]
) -> None:
    context = open_one(settings_for(tmp_path, database_url=postgres.fresh()))
    study = set_the_stage(context).open_study()
    browser = enter(client_of(context), study)
    assert vote(browser, assign(browser, study)["token"]).status_code == 201
    token = assign(browser, study)["token"]

    with postgres.stopped():
        for _ in range(2):
            refused(vote(browser, token), 503, "database_unavailable")
        page = browser.get(f"/studies/{study.slug}/vote", headers={"Accept": "text/html"})
        refused(browser.get("/readyz"), 503, "database_unavailable")
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "The database is busy" in page.text
        assert browser.get("/healthz").status_code == 200

    assert vote(browser, token).status_code == 201
    assert browser.get("/readyz").status_code == 200
    with context.database.read() as session:
        assert session.execute(select(func.count()).select_from(Vote)).scalar_one() == 2
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []


def test_a_restart_between_two_requests_is_not_noticed(
    postgres: Postgres, tmp_path: Path, open_one: Callable[[Settings], AppContext]
) -> None:
    context = open_one(settings_for(tmp_path, database_url=postgres.fresh()))
    study = set_the_stage(context).open_study()
    browser = enter(client_of(context), study)
    token = assign(browser, study)["token"]

    with postgres.stopped():
        pass

    assert vote(browser, token).status_code == 201
    assert assign(browser, study)["token"] != token
