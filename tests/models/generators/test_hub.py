"""Downloads from the hub: pinned commits, no pickles. A small server on loopback replaces the hub."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.generators.adapter_entries import shipped_adapter
from tests.http_server import StandInHandler, running_http_server

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "model_index.json": b"{}",
    "transformer/model.safetensors": b"tensors",
    "transformer/model.bin": b"a pickle that runs code",
}
PROGRAM = "import sys; from benchmark.cli.main import main; sys.exit(main(sys.argv[1:]))"


class SmallHub(StandInHandler):
    """Responds to the hub client's requests for one repository at one commit."""

    protocol_version = "HTTP/1.1"

    def answer(self, _: bytes) -> None:
        content = self.content_of(self.path.partition("?")[0])
        headers = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        self.respond(200, content, headers)

    def content_of(self, path: str) -> bytes:
        if path.startswith("/api/models/owner/name/tree/"):
            return json.dumps([self.described(name) for name in FILES]).encode()
        if path.startswith("/api/models/owner/name"):
            siblings = [{"rfilename": name} for name in FILES]
            return json.dumps({"id": "owner/name", "sha": COMMIT, "siblings": siblings}).encode()
        return FILES[path.removeprefix(f"/owner/name/resolve/{COMMIT}/")]

    def described(self, name: str) -> dict[str, object]:
        oid = hashlib.sha1(FILES[name]).hexdigest()
        return {"type": "file", "path": name, "oid": oid, "size": len(FILES[name])}


@pytest.fixture
def hub() -> Iterator[str]:
    with running_http_server(SmallHub) as address:
        yield address


def ti2v(home: Path, hub: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {
        "TI2V_HOME": str(home),
        "TI2V_ADAPTERS": str(home),
        "HF_HOME": str(home / "hub"),
        "HF_ENDPOINT": hub,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
    }
    environment.pop("HF_HUB_OFFLINE", None)
    command = [sys.executable, "-c", PROGRAM, "generators", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    text = shipped_adapter("hunyuanvideo-i2v").read_text()
    text = text.replace('"hunyuanvideo-i2v"', '"mine"')
    (tmp_path / "mine.toml").write_text(text.replace("hunyuanvideo-community/HunyuanVideo-I2V", "owner/name"))
    return tmp_path


def test_a_download_is_pinned_and_has_no_pickles(home: Path, hub: str) -> None:
    done = ti2v(home, hub, "setup", "mine", "--run")

    assert done.returncode == 0, done.stderr
    assert json.loads((home / "pins.json").read_text()) == {"owner/name": COMMIT}
    snapshot = home / "hub" / "hub" / "models--owner--name" / "snapshots" / COMMIT
    assert sorted(path.name for path in snapshot.rglob("*") if path.is_file()) == [
        "model.safetensors",
        "model_index.json",
    ]


def test_downloaded_weights_are_found_without_the_hub(home: Path, hub: str) -> None:
    ti2v(home, hub, "setup", "mine", "--run")

    again = ti2v(home, "http://127.0.0.1:9", "setup", "mine")

    assert (again.returncode, again.stdout) == (0, "")
    assert "mine is set up." in again.stderr


def test_an_unreachable_hub_is_a_clear_error(home: Path) -> None:
    done = ti2v(home, "http://127.0.0.1:9", "setup", "mine", "--run")

    assert done.returncode == 1
    assert "Error: owner/name cannot be downloaded" in done.stderr
    assert not (home / "pins.json").exists()
