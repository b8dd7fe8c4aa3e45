"""A second process on the same database warns that limits are counted per process."""

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.process_count import WARNING, warned_about_limits
from tests.conftest import settings_for
from tests.postgres import Postgres


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "ti2v.limits"]


def test_the_second_process_warns_and_the_next_after_both_ended_does_not(
    postgres: Postgres, tmp_path: Path, open_one: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(open_one)
    url = postgres.fresh()
    first, second = (open_one(settings_for(tmp_path / name, database_url=url)) for name in ("a", "b"))

    with caplog.at_level(logging.WARNING), warned_about_limits(first.database, first.settings):
        assert warnings_of(caplog) == []
        with warned_about_limits(second.database, second.settings):
            assert warnings_of(caplog) == [WARNING]
    caplog.clear()
    with warned_about_limits(second.database, second.settings):
        assert warnings_of(caplog) == []


def test_a_shared_storage_needs_no_warning(
    postgres: Postgres, tmp_path: Path, open_one: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(open_one)
    context = open_one(settings_for(tmp_path, database_url=postgres.fresh()))
    shared = context.settings.model_copy(update={"rate_limit_url": "redis://127.0.0.1:1"})

    with warned_about_limits(context.database, shared), warned_about_limits(context.database, shared):
        assert warnings_of(caplog) == []


def test_readiness_says_how_limits_are_counted(client: TestClient, context: AppContext) -> None:
    assert client.get("/readyz").json() == {"status": "ready", "rate_limits": "per process"}
