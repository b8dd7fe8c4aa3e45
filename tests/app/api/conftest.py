"""REST clients of Alice, Bob and Ada, and a function that lists the files and clips after an upload."""

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
    """Alice's open submission with one clip, and a REST client that uploads as Alice."""

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
        """Return all files below HOME except the database, and the number of clips in the database."""
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
    """Return clients of one application that can send requests simultaneously, as to a real server."""
    app = DocumentedErrors(create_app(context))
    # FastAPI builds its routes at the first request; a real server does this in one thread.
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
    """One cast for all tests of a module; the module's tests send only requests that the server refuses."""
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
    """The cast on SQLite, then again on PostgreSQL, with one clip per submission."""
    return set_the_stage(either_installation, pairs=1)
