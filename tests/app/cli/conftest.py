"""Runs `ti2v` in this process, on a home of its own."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmark.cli.main import main
from tests.cast import Cast


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def home(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a migrated database, which TI2V_HOME names; no other setting reaches the command."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(migrated_sqlite, home / "ti2v.sqlite3")
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "MEDIA_URL", "PORT", "SERVER", "KEY"):
        monkeypatch.delenv(f"TI2V_{name}", raising=False)
    monkeypatch.setenv("TI2V_HOME", str(home))
    return home


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `ti2v` with these arguments."""

    def _run(*arguments: str | Path) -> Outcome:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        return Outcome(code, *capfd.readouterr())

    return _run


@pytest.fixture(params=["database", "server"])
def ti2v(request: pytest.FixtureRequest, run: Run, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the cast's database, then again through the cast's server as Alice."""
    if request.param == "server":
        monkeypatch.setenv("TI2V_SERVER", request.getfixturevalue("live_server"))
        monkeypatch.setenv("TI2V_KEY", cast.alice.key)
    else:
        monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    return run
