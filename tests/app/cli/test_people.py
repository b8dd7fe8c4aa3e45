"""`ti2v key` and `ti2v person`: secrets are printed once, alone, and work."""

import json
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import open_context
from app.main import create_app
from app.settings import Settings
from app.tables.audit import AuditEvent
from tests.app.cli.conftest import Run


def test_a_key_is_printed_alone_and_opens_the_api(run: Run, home: Path) -> None:
    outcome = run("key", "create", "--role", "researcher", "--name", "Alice")

    assert outcome.code == 0
    key = outcome.out.strip()
    assert outcome.out == f"{key}\n"
    with open_context(Settings(_env_file=None, home=home)) as context:
        client = TestClient(create_app(context))
        answer = client.get("/api/v1/submissions", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200


def test_a_revoked_key_is_listed_and_no_longer_works(run: Run, home: Path) -> None:
    key = run("key", "create", "--role", "researcher", "--name", "Alice").out.strip()

    assert run("key", "revoke", "1").code == 0

    (listed,) = json.loads(run("key", "list", "--format", "json").out)
    assert listed["revoked_at"] is not None
    with open_context(Settings(_env_file=None, home=home)) as context:
        client = TestClient(create_app(context))
        answer = client.get("/api/v1/submissions", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401


def test_keys_are_never_listed_whole(run: Run) -> None:
    key = run("key", "create", "--role", "admin", "--name", "Ada").out.strip()

    outcome = run("key", "list")

    assert key[:10] in outcome.out
    assert key not in outcome.out


def test_a_person_keeps_their_role(run: Run) -> None:
    run("key", "create", "--role", "researcher", "--name", "Alice")

    outcome = run("key", "create", "--role", "admin", "--name", "Alice")

    assert outcome.code == 1
    assert outcome.out == ""
    assert "Alice is known as researcher" in outcome.err


def test_an_empty_name_is_wrong_usage(run: Run) -> None:
    assert run("key", "create", "--role", "admin", "--name", " ").code == 2


def test_an_unknown_key_cannot_be_revoked(run: Run) -> None:
    assert run("key", "revoke", "9").code == 1
    assert run("key", "revoke", "9" * 20).code == 2


def test_a_sign_in_link_is_printed_alone(run: Run) -> None:
    outcome = run("person", "sign-in", "Ada", "--role", "admin")

    assert outcome.code == 0
    assert outcome.out.startswith("http://127.0.0.1:8000/sign-in/")
    assert outcome.out.count("\n") == 1
    assert "once" in outcome.err


def test_a_known_person_needs_no_role_and_a_new_one_does(run: Run) -> None:
    run("person", "sign-in", "Ada", "--role", "admin")

    assert run("person", "sign-in", "Ada").code == 0
    assert run("person", "sign-in", "Eve").code == 2


def test_keys_and_sign_in_links_made_here_are_noted_without_their_secrets(run: Run, home: Path) -> None:
    key = run("key", "create", "--role", "researcher", "--name", "Alice").out.strip()
    run("key", "revoke", "1")
    link = run("person", "sign-in", "Ada", "--role", "admin").out.strip()

    settings = Settings(_env_file=None, home=home)
    with open_context(settings) as context, context.database.read() as session:
        events = list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))
        noted = [(event.actor, event.action, event.subject) for event in events]
        details = json.dumps([event.details for event in events])
    assert noted == [
        ("command line", "key.create", "Alice"),
        ("command line", "key.revoke", "key 1"),
        ("command line", "person.sign_in_link", "Ada"),
    ]
    assert key not in details
    assert link.rpartition("/")[2] not in details
