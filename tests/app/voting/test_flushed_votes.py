"""The server responds to a vote only after the database has flushed the vote to the disk."""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from httpx2 import Client

from app.context import AppContext
from app.settings import Settings
from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study, enter, set_the_stage
from tests.conftest import settings_for
from tests.postgres import Postgres
from tests.preload import preload
from tests.server_process import PATIENCE_S, server_process

VOTES = 8
FLUSHES = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'"


def test_sqlite_flushes_its_log_before_each_acknowledged_vote(
    cast: Cast, study: Study, tmp_path: Path
) -> None:
    home, invitation = cast.context.settings.home, study.invite()[0]
    flushes = []
    with (
        preload(tmp_path) as library,
        server_process(home, library.environment) as (address, _),
        Client(base_url=address) as browser,
    ):
        browser.get(f"/invite/{invitation}").raise_for_status()
        for number in range(VOTES):
            token = browser.post(f"/api/v1/studies/{study.slug}/assignments").json()["token"]
            body: dict[str, object] = {"choice": "left", "justifications": ["object_motion"]}
            if number % 2:
                body["next"] = {}
            before = library.flushes
            assert browser.post(f"/api/v1/assignments/{token}/vote", json=body).status_code == 201
            flushes.append(library.flushes - before)

    assert all(flushes), flushes
    assert min(flushes) == 1, "one flush is enough for a vote"


@pytest.mark.postgres
def test_postgresql_flushes_its_log_for_each_acknowledged_vote(
    postgres: Postgres, tmp_path: Path, open_one: Callable[[Settings], AppContext]
) -> None:
    context = open_one(settings_for(tmp_path, database_url=postgres.fresh()))
    study = set_the_stage(context).open_study()
    browser = enter(client_of(context), study)
    with postgres.waiting_for_the_disk():
        context.database.engine.dispose()
        before = flushes_of(postgres)
        for _ in range(VOTES):
            assert vote(browser, assign(browser, study)["token"]).status_code == 201
        # A connection reports its flushes at its end.
        context.database.engine.dispose()
        wait_for_flushes(postgres, before + VOTES)


def flushes_of(postgres: Postgres) -> int:
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        if connection.info.server_version < 180_000:
            pytest.skip("PostgreSQL counts the flushes of each process since version 18")
        return int(connection.execute(FLUSHES).fetchall()[0][0])


def wait_for_flushes(postgres: Postgres, least: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (flushes := flushes_of(postgres)) < least:
        assert time.monotonic() < deadline, f"{flushes} flushes, not {least}"
        time.sleep(0.05)
