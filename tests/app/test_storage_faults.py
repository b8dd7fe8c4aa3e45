"""A full disk and a read-only database cause clear errors; afterwards the same server works again."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from httpx2 import Client
from sqlalchemy import event, func, select
from sqlalchemy.pool import ConnectionPoolEntry

from app.context import AppContext
from app.results.live.recount import recount
from app.settings import MIB, Settings
from app.tables.studies import Study as StudyRow
from app.tables.voting import Vote
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study, enter, set_the_stage
from tests.conftest import settings_for
from tests.preload import preload
from tests.server_process import server_process


def count_votes(context: AppContext) -> int:
    with context.database.read() as session:
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []
        return session.execute(select(func.count()).select_from(Vote)).scalar_one()


@contextmanager
def read_only(context: AppContext) -> Iterator[None]:
    """Make every connection that is opened inside the block read-only, as on a standby server."""
    database = context.database

    def forbid_writes(connection: object, _entry: ConnectionPoolEntry) -> None:
        setting = "PRAGMA query_only = ON" if database.is_sqlite else "SET default_transaction_read_only = on"
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(setting)
        if not database.is_sqlite:
            connection.commit()  # type: ignore[attr-defined]

    database.close()
    event.listen(database.engine, "connect", forbid_writes)
    try:
        yield
    finally:
        event.remove(database.engine, "connect", forbid_writes)


def test_a_read_only_database_is_503_and_its_connections_are_replaced(
    either_installation: AppContext,
) -> None:
    study = set_the_stage(either_installation).open_study()
    browser = enter(client_of(either_installation), study)
    token = assign(browser, study)["token"]

    with read_only(either_installation):
        answers = [vote(browser, token) for _ in range(2)]

    for answer in answers:
        refused(answer, 503, "database_unavailable")
        assert "read-only" in answer.json()["message"]
    assert vote(browser, token).status_code == 201
    assert count_votes(either_installation) == 1


def test_a_disk_that_takes_nothing_is_said_and_the_same_server_goes_on(
    cast: Cast, study: Study, tmp_path: Path
) -> None:
    home, invitation = cast.context.settings.home, study.invite()[0]
    faults = {
        errno.ENOSPC: (507, "storage_full", 507),
        errno.EROFS: (503, "database_unavailable", 200),
    }
    with (
        preload(tmp_path) as library,
        server_process(home, library.environment) as (address, _),
        Client(base_url=address) as browser,
    ):
        browser.get(f"/invite/{invitation}").raise_for_status()
        for error, (status, code, ready) in faults.items():
            token = assign(browser, study)["token"]
            with library.failing_writes(error):
                refused(vote(browser, token), status, code)
                refused(vote(browser, token), status, code)
                assert browser.get("/readyz").status_code == ready
            assert browser.get("/readyz").status_code == 200
            assert vote(browser, token).status_code == 201

    assert count_votes(cast.context) == len(faults)


def test_readiness_names_a_disk_with_too_little_space(
    context: AppContext, open_one: Callable[[Settings], AppContext]
) -> None:
    home = context.settings.home
    plenty, scarce = (open_one(settings_for(home, min_free_bytes=least)) for least in (0, 2**62))

    assert client_of(plenty).get("/readyz").status_code == 200
    answer = client_of(scarce).get("/readyz")
    refused(answer, 507, "storage_full")
    assert f"{2**62 // MIB} MiB" in answer.json()["message"]
