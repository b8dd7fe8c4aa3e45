"""The audit log is append-only, and its hash chain reveals every change that bypassed the service."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import migrations
from app.audit_chain import check_chain
from app.clock import utc_now
from app.context import AppContext
from app.database import Database
from app.tables.audit import AuditEvent, AuditHash
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import Cast
from tests.page_text import text_of

REST = "/api/v1/audit-events/check"


def add_event(session: Session, subject: str) -> None:
    details = {"reason": "Größe 😀", 1: [0.1, None]}
    session.add(AuditEvent(at=utc_now(), actor="ada", action="study.edit", subject=subject, details=details))


def add_events(database: Database, *subjects: str) -> None:
    for subject in subjects:
        with database.write() as session:
            add_event(session, subject)


def problems(database: Database, known_head: str | None = None) -> list[str]:
    with database.read() as session:
        return list(check_chain(session, known_head=known_head).problems)


def head(database: Database) -> str:
    with database.read() as session:
        return check_chain(session).head.hash


def test_events_of_simultaneous_transactions_form_one_chain(either_installation: AppContext) -> None:
    database = either_installation.database
    writers = [
        threading.Thread(target=add_events, args=(database, *(f"{name}-{i}" for i in range(8))))
        for name in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with database.read() as session:
        found = check_chain(session)
        positions = session.scalars(select(AuditHash.position).order_by(AuditHash.position)).all()
    assert (found.head.events, found.problems) == (32, ())
    assert positions == list(range(1, 33))


def test_an_event_of_a_savepoint_that_was_rolled_back_is_not_chained(either_installation: AppContext) -> None:
    with either_installation.database.write() as session:
        add_event(session, "kept")
        inner = session.begin_nested()
        add_event(session, "rolled back")
        session.flush()
        inner.rollback()

    assert problems(either_installation.database) == []


@pytest.mark.parametrize("table", [AuditEvent, AuditHash])
def test_the_database_refuses_to_change_or_delete_events(
    either_installation: AppContext, table: type[AuditEvent | AuditHash]
) -> None:
    database = either_installation.database
    add_events(database, "one")
    changes = [delete(table)]
    changes.append(update(table).values(actor="x") if table is AuditEvent else update(table).values(hash="x"))
    if not database.is_sqlite:
        changes.append(text(f"TRUNCATE {table.__tablename__} CASCADE"))  # type: ignore[arg-type]
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
            session.execute(change)

    assert problems(database) == []


TAMPERING = {
    "UPDATE audit_events SET actor = 'bob' WHERE subject = 'two'": [
        "Event 2 of the chain (id 2, study.edit) was changed."
    ],
    "UPDATE audit_events SET details = '{}' WHERE subject = 'three'": [
        "Event 3 of the chain (id 3, study.edit) was changed."
    ],
    "DELETE FROM audit_hashes WHERE position = 2": [
        "The chain has no event 2; the next is event 3.",
        "Not in the chain, so not written by the service: 1 event.",
    ],
    "DELETE FROM audit_hashes WHERE position = 3; DELETE FROM audit_events WHERE subject = 'three'": [
        "The chain does not contain the known hash: events were removed or written again."
    ],
}


@pytest.mark.parametrize("statements", TAMPERING)
def test_a_change_behind_the_service_is_found(context: AppContext, statements: str) -> None:
    """The owner of the database file can drop the triggers; the hash chain still reveals the change."""
    add_events(context.database, "one", "two", "three")
    known = head(context.database)
    with context.database.engine.begin() as connection:
        for trigger in (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        ):
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        for statement in statements.split("; "):
            connection.execute(text(statement))

    assert problems(context.database, known) == TAMPERING[statements]


def test_the_migration_chains_the_events_of_older_releases_without_labels(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}", home=tmp_path)
    migrations.upgrade(database, "0047")
    with database.engine.begin() as connection:
        for details in ('{"invitation": 1, "label": "erika@example.org"}', '{"a": 1.5}'):
            connection.execute(
                text(
                    "INSERT INTO audit_events (at, actor, action, subject, details) VALUES "
                    "('2026-11-01 10:00:00.000000', 'alice', 'invitation.revoke', 'study', :details)"
                ),
                {"details": details},
            )
    migrations.upgrade(database)

    with database.read() as session:
        found = check_chain(session)
        kept = session.scalars(select(AuditEvent.details).order_by(AuditEvent.id)).all()
    database.close()
    assert (found.head.events, found.problems) == (2, ())
    assert kept == [{"invitation": 1}, {"a": 1.5}]


def test_admins_check_it_over_rest_and_on_the_page(cast: Cast) -> None:
    cast.open_study("alices")
    ada = client_of(cast.context, cast.ada)

    found = ada.get(REST).json()

    assert (found["problems"], len(found["head"])) == ([], 64)
    assert ada.get(REST, params={"head": found["head"]}).json() == found
    assert "known hash" in ada.get(REST, params={"head": "1" * 64}).json()["problems"][0]
    refused(ada.get(REST, params={"head": "x"}), 422, "invalid_field")
    refused(client_of(cast.context, cast.alice).get(REST), 403, "forbidden")
    assert found["head"] in text_of(signed_in(cast.context, cast.ada).get("/audit").text)
    assert found["head"] not in signed_in(cast.context, cast.alice).get("/audit").text
