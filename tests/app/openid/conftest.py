"""An OpenID Connect provider on loopback, and an installation that is configured for it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.context import AppContext
from app.settings import Settings
from benchmark.protocol import Role
from tests.app.openid.openid_server import CLIENT_ID, SECRET, OpenIdServer, running_server
from tests.cast import make_actor
from tests.conftest import settings_for

Install = Callable[..., AppContext]


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def provider(running: OpenIdServer) -> OpenIdServer:
    running.reset()
    return running


@pytest.fixture
def install(
    provider: OpenIdServer,
    migrated_sqlite: Path,
    tmp_path: Path,
    open_one: Callable[[Settings], AppContext],
) -> Install:
    """Open an installation that is configured for the provider; the person alice@example.org exists."""

    def _install(**changes: object) -> AppContext:
        shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
        known = {
            "openid_issuer": provider.address,
            "openid_client_id": CLIENT_ID,
            "openid_client_secret": SECRET,
        }
        context = open_one(settings_for(tmp_path, **(known | changes)))
        make_actor(context, "Alice@Example.org", Role.RESEARCHER)
        return context

    return _install
