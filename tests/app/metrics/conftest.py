"""The cast with a worker and Alice's REST client, for tests of scores."""

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, worker_program
from tests.cast import Cast, set_the_stage


@pytest.fixture
def either_cast(either_installation: AppContext) -> Cast:
    """The cast on SQLite, then again on PostgreSQL, with two clips per submission."""
    return set_the_stage(either_installation, pairs=2)


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return client_of(cast.context, cast.alice)


@pytest.fixture
def motif(cast: Cast) -> str:
    return cast.submission_ids["motif"]
