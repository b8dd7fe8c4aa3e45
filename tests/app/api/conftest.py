"""Alice's and Bob's programs at the REST API, and what an upload may leave behind."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from app.context import AppContext
from app.main import create_app
from app.media.sandbox import Sandbox
from app.tables.submissions import Clip
from tests.app.api.documented_errors import DocumentedErrors
from tests.cast import PAIR_IDS, Actor, Cast, make_submission, set_the_stage
from tests.conftest import open_with_sandbox, settings_for


@dataclass(frozen=True)
class Upload:
    """An open submission of Alice's with one clip, seen from her program."""

    client: TestClient
    context: AppContext
    submission_id: str
    taken: str = PAIR_IDS[0]
    free: str = PAIR_IDS[1]

    def put(self, pair_id: str, body: object, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.put(
            f"/api/v1/submissions/{self.submission_id}/clips/{pair_id}",
            content=body,  # type: ignore[arg-type]  # bytes, or an iterator of them
            headers=named,
        )

    def traces(self) -> tuple[frozenset[str], int]:
        """Return every file below HOME but the database's, and the number of clips recorded."""
        return traces(self.context)


def traces(context: AppContext) -> tuple[frozenset[str], int]:
    home = context.settings.home
    files = frozenset(
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and not path.name.startswith(("ti2v.sqlite3", "database.lock"))
    )
    with context.database.read() as session:
        return files, session.execute(select(func.count()).select_from(Clip)).scalar_one()


def client_of(context: AppContext, actor: Actor | None = None) -> TestClient:
    return TestClient(DocumentedErrors(create_app(context)), headers=actor.headers if actor else None)


def clients_of_one_server(context: AppContext, *actors: Actor) -> list[TestClient]:
    """Clients that may ask at the same moment, before one application as in a real server."""
    app = DocumentedErrors(create_app(context))
    # FastAPI builds its routes when they are first looked at, which a real server does in one thread.
    assert TestClient(app).get("/no-such-page").status_code == 404
    return [TestClient(app, headers=actor.headers) for actor in actors]


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


@pytest.fixture
def bob(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.bob)


@pytest.fixture
def ada(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.ada)


@pytest.fixture
def upload(alice: TestClient, cast: Cast) -> Upload:
    return open_upload(cast, alice)


@pytest.fixture(scope="module")
def shared_cast(
    stage: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox
) -> Iterator[Cast]:
    """One world for all tests of a module that are refused: refusals leave no trace, so they can share it."""
    home, made = stage
    copied = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(home, copied)
    with open_with_sandbox(settings_for(copied), sandbox) as context:
        yield replace(made, context=context)


@pytest.fixture(scope="module")
def shared_upload(shared_cast: Cast) -> Upload:
    return open_upload(shared_cast, client_of(shared_cast.context, shared_cast.alice))


def open_upload(cast: Cast, client: TestClient) -> Upload:
    submission_id = make_submission(
        cast.context, cast.alice, model="motif", label="second", final=False, pair_ids=PAIR_IDS[:1]
    )
    return Upload(client, cast.context, submission_id)


@pytest.fixture
def either_cast(either_installation: AppContext) -> Cast:
    """The cast on SQLite, then again on PostgreSQL, with one clip a submission."""
    return set_the_stage(either_installation, pairs=1)
