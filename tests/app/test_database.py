"""Durability of the database: an acknowledged vote survives, and a failed request changes nothing."""

import signal
import sqlite3

import pytest
from fastapi.testclient import TestClient
from httpx2 import Client
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from app.clock import utc_now
from app.context import AppContext
from app.database import Database
from app.results.live.recount import recount
from app.tables.people import Person
from app.tables.studies import Study as StudyRow
from app.tables.voting import Vote
from benchmark.protocol import Role
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study
from tests.server_process import server_process

VOTE_REQUEST = {"choice": "left", "justifications": ["object_motion"]}


def person(name: str) -> Person:
    return Person(name=name, role=Role.VIEWER, created_at=utc_now(), disabled_at=None)


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Person.name).order_by(Person.id)))


def test_what_was_written_before_an_error_is_gone(either_installation: AppContext) -> None:
    database = either_installation.database

    def write_and_break() -> None:
        with database.write() as session:
            session.add(person("Charlie"))
            session.flush()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_and_break()
    assert names(database) == []


def test_a_broken_connection_is_replaced_after_one_failed_write(either_installation: AppContext) -> None:
    database = either_installation.database

    def write_on_a_closed_connection() -> None:
        with database.write() as session:
            driver = session.connection().connection.driver_connection
            assert driver is not None
            driver.close()
            session.add(person("Charlie"))

    with pytest.raises(DBAPIError):
        write_on_a_closed_connection()
    with database.write() as session:
        session.add(person("Dora"))

    assert names(database) == ["Dora"]


def test_a_read_session_refuses_to_write(either_installation: AppContext) -> None:
    with either_installation.database.read() as session:
        session.add(person("Charlie"))
        with pytest.raises(RuntimeError, match="only reads"):
            session.flush()


def test_sqlite_begins_a_write_at_once_and_a_read_not(context: AppContext) -> None:
    """Under contention, a deferred BEGIN fails with "database is locked", independent of the busy timeout."""
    said: list[str] = []

    def trace(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.set_trace_callback(said.append)

    event.listen(context.database.engine, "checkout", trace)

    with context.database.write() as session:
        session.execute(text("SELECT 1"))
    with context.database.read() as session:
        session.execute(text("SELECT 2"))

    assert [each for each in said if not each.startswith("PRAGMA")] == [
        *("BEGIN IMMEDIATE", "SELECT 1", "COMMIT"),
        *("BEGIN", "SELECT 2", "ROLLBACK"),
    ]


def test_sqlite_is_durable_and_keeps_its_keys(context: AppContext) -> None:
    with context.database.engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_full_database_is_507_and_nothing_of_the_request_stays(context: AppContext, cast: Cast) -> None:
    """The test simulates a full disk with SQLite's page limit, which raises the same error."""
    context.database.close()

    @event.listens_for(context.database.engine, "connect")
    def _no_more_pages(connection: object, _entry: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    client = client_of(context, cast.alice)
    answers = [
        client.put(f"/api/v1/models/m{number}", json={"name": "M", "description": "x" * 10_000})
        for number in range(40)
    ]

    refused(answers[-1], 507, "storage_full")
    taken = [answer.json()["slug"] for answer in answers if answer.status_code == 200]
    found = {each["slug"] for each in client.get("/api/v1/models").json()["models"]}
    assert found == {*taken, "motif", "cinemo", "dynamicrafter"}


def test_a_database_that_is_gone_is_503_and_not_ready(cast: Cast, client: TestClient) -> None:
    cast.context.database.close()
    for file in cast.context.settings.home.glob("ti2v.sqlite3*"):
        file.unlink()
    (cast.context.settings.home / "ti2v.sqlite3").mkdir()

    refused(client.get("/readyz"), 503, "database_unavailable")
    refused(client.get("/api/v1/models", headers=cast.alice.headers), 503, "database_unavailable")
    assert client.get("/healthz").status_code == 200


def test_an_acknowledged_vote_survives_kill_9(cast: Cast, study: Study) -> None:
    home, invitation = cast.context.settings.home, study.invite()[0]
    with server_process(home) as (address, process), Client(base_url=address) as browser:
        browser.get(f"/invite/{invitation}").raise_for_status()
        tokens = []
        for _ in range(3):
            tokens.append(browser.post(f"/api/v1/studies/{study.slug}/assignments").json()["token"])
            answer = browser.post(f"/api/v1/assignments/{tokens[-1]}/vote", json=VOTE_REQUEST)
            assert answer.status_code == 201
        process.send_signal(signal.SIGKILL)
        process.wait()
        cookies = dict(browser.cookies)

    with server_process(home) as (address, _), Client(base_url=address, cookies=cookies) as browser:
        again = browser.post(f"/api/v1/assignments/{tokens[-1]}/vote", json=VOTE_REQUEST)

    assert (again.status_code, again.content) == (200, answer.content)
    with cast.context.database.read() as session:
        assert len(session.scalars(select(Vote)).all()) == 3
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []
