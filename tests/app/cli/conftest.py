"""Runs `ti2v` in this process, with a separate folder TI2V_HOME."""

import shutil
from pathlib import Path

import pytest

from benchmark.cli.main import main
from tests.app.cli.outcome import Outcome, Run
from tests.app.cli.sender import Sender, drawn_clip, shade_of
from tests.cast import PAIR_IDS, Cast


@pytest.fixture
def home(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """TI2V_HOME with a migrated database; the command gets no other setting."""
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


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with a clip for each pair, with file names as in the authors' release."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for pair_id in PAIR_IDS:
        (folder / f"{pair_id}_0.mp4").write_bytes(drawn_clip(shade_of(pair_id)))
    return folder


@pytest.fixture
def submit(run: Run, live_server: str, cast: Cast) -> Sender:
    return Sender(run, live_server, cast)
