"""`ti2v key` and `ti2v person` print each secret once, alone on stdout, and the secret works."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext, open_context
from app.main import create_app
from app.settings import Settings
from app.tables.audit import AuditEvent
from tests.app.cli.outcome import Run


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
    assert "Alice already has the role researcher" in outcome.err


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


def client_with(context: AppContext, key: str) -> TestClient:
    return TestClient(create_app(context), headers={"Authorization": f"Bearer {key}"})


def signed_in_browser(context: AppContext, run: Run, name: str) -> TestClient:
    link = run("person", "sign-in", name).out.strip().removeprefix("http://127.0.0.1:8000")
    browser = TestClient(create_app(context))
    assert browser.post(link, follow_redirects=False).status_code == 303
    assert browser.get("/api/v1/studies").status_code == 200
    return browser


@pytest.fixture
def context(home: Path) -> Iterator[AppContext]:
    with open_context(Settings(_env_file=None, home=home)) as context:
        yield context


@pytest.fixture
def key(run: Run) -> str:
    """A key of the researcher Alice."""
    return run("key", "create", "--role", "researcher", "--name", "Alice").out.strip()


def test_a_revoked_key_leaves_the_browser_signed_in_unless_asked(
    run: Run, context: AppContext, key: str
) -> None:
    browser = signed_in_browser(context, run, "Alice")

    run("key", "revoke", "1")
    still_in = browser.get("/api/v1/studies").status_code
    outcome = run("key", "revoke", "1", "--sign-out")

    assert still_in == 200
    assert "Alice is signed out of 1 browser." in outcome.err
    assert browser.get("/api/v1/studies").status_code == 401


def test_signing_out_ends_every_browser_and_every_unused_link(
    run: Run, context: AppContext, key: str
) -> None:
    browsers = [signed_in_browser(context, run, "Alice") for _ in range(2)]
    unused = run("person", "sign-in", "Alice").out.strip().removeprefix("http://127.0.0.1:8000")

    outcome = run("person", "sign-out", "Alice")

    assert "Alice is signed out of 2 browsers." in outcome.err
    assert [each.get("/api/v1/studies").status_code for each in browsers] == [401, 401]
    assert TestClient(create_app(context)).post(unused).status_code == 401
    assert client_with(context, key).get("/api/v1/studies").status_code == 200


def test_a_disabled_person_is_refused_everywhere_until_enabled(
    run: Run, context: AppContext, key: str
) -> None:
    browser, program = signed_in_browser(context, run, "Alice"), client_with(context, key)

    run("person", "disable", "Alice")
    (listed,) = json.loads(run("person", "list", "--format", "json").out)
    refused = [
        run("person", "sign-in", "Alice"),
        run("key", "create", "--role", "researcher", "--name", "Alice"),
    ]

    assert (listed["name"], listed["keys"], listed["browsers"]) == ("Alice", 1, 0)
    assert listed["disabled_at"] is not None
    assert [each.get("/api/v1/studies").status_code for each in (browser, program)] == [401, 401]
    assert [each.code for each in refused] == [1, 1]
    assert all("ti2v person enable 'Alice'" in each.err for each in refused)

    run("person", "enable", "Alice")

    assert program.get("/api/v1/studies").status_code == 200
    assert browser.get("/api/v1/studies").status_code == 401
    with context.database.read() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "Alice")).all()
    assert actions[-2:] == ["person.disable", "person.enable"]


def test_a_worker_gets_no_sign_in_link(run: Run) -> None:
    run("key", "create", "--role", "worker", "--name", "gpu-box")

    outcome = run("person", "sign-in", "gpu-box")

    assert (outcome.code, outcome.out) == (1, "")
    assert "gpu-box has the role worker. Workers use keys and cannot sign in with a browser." in outcome.err


@pytest.mark.parametrize("command", ["disable", "enable", "sign-out"])
def test_an_unknown_person_is_named(run: Run, command: str) -> None:
    outcome = run("person", command, "Nobody")

    assert outcome.code == 1
    assert "There is no person called Nobody" in outcome.err


def test_a_key_with_limits_is_listed_with_them(run: Run, context: AppContext) -> None:
    key = run(
        *("key", "create", "--role", "researcher", "--name", "Alice", "--days", "7"),
        *("--scope", "read", "--scope", "study"),
    ).out.strip()

    used = client_with(context, key).get("/api/v1/studies").status_code
    (listed,) = json.loads(run("key", "list", "--format", "json").out)

    assert used == 200
    assert listed["scopes"] == "read,study"
    assert listed["expires_at"] > listed["created_at"]
    assert listed["last_used_at"] is not None
