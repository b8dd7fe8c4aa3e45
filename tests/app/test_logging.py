"""The log: one event per line, the request id in each line, and slow statements without values."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import literal, select, text

from app.context import AppContext
from app.logging import set_up_logging
from app.prepared_statements import PreparedStatement
from app.settings import Settings
from app.slow_queries import log_slow_queries
from tests.app.api.conftest import client_of
from tests.conftest import settings_for

log = logging.getLogger("ti2v")


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Write the log as JSON to memory; yield a function that returns the events."""
    handlers, level, propagates = log.handlers[:], log.level, log.propagate
    memory = io.StringIO()
    monkeypatch.setattr("sys.stderr", memory)
    set_up_logging("json")
    yield lambda: [json.loads(line) for line in memory.getvalue().splitlines()]
    log.handlers[:], log.propagate = handlers, propagates
    log.setLevel(level)


def test_a_slow_statement_is_logged_with_the_requests_id_and_without_values(
    migrated_sqlite: Path,
    tmp_path: Path,
    open_one: Callable[[Settings], AppContext],
    events: Callable[[], list[dict[str, object]]],
) -> None:
    (tmp_path / "ti2v.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    context = open_one(settings_for(tmp_path, slow_query_ms=1))
    context.database.engine.dispose()
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
    with context.database.read() as session:
        session.execute(text(f"{slow} SELECT max(i), :v FROM n"), {"v": "a secret value"})

    logged = [each for each in events() if each["event"] == "slow query"]
    # On a busy machine, other statements can be slow as well.
    (found,) = [each for each in logged if str(each["statement"]).startswith("WITH RECURSIVE")]

    assert float(str(found["ms"])) >= 1
    assert (found["level"], "request_id" in found) == ("warning", False)
    assert "a secret value" not in json.dumps(events())


def test_a_slow_commit_is_logged(context: AppContext, events: Callable[[], list[dict[str, object]]]) -> None:
    log_slow_queries(context.database.engine, limit_ms=0)

    with context.database.write() as session:
        session.execute(text("DELETE FROM sign_in_links"))

    assert [each["statement"] for each in events()][-1] == "COMMIT"


def test_each_line_of_a_request_has_its_id(
    context: AppContext, events: Callable[[], list[dict[str, object]]]
) -> None:
    log_slow_queries(context.database.engine, limit_ms=0)
    context.database.engine.dispose()

    first, second = (client_of(context).get("/readyz").headers["x-request-id"] for _ in range(2))

    lines = [(each["event"], each.get("request_id")) for each in events()]
    assert lines.count(("slow query", first)) == lines.count(("slow query", second)) > 0
    access = [each for each in events() if each["event"] == "request"]
    assert [each["request_id"] for each in access] == [first, second]
    assert (access[0]["route"], access[0]["status"], access[0]["method"]) == ("/readyz", 200, "GET")


def test_a_slow_statement_on_the_driver_is_logged(
    context: AppContext, events: Callable[[], list[dict[str, object]]]
) -> None:
    log_slow_queries(context.database.engine, limit_ms=0)
    context.database.engine.dispose()

    with context.database.read() as session:
        PreparedStatement(select(literal(7))).one(session)

    assert str(events()[-1]["statement"]).startswith("SELECT")
