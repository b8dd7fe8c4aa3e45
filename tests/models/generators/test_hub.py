"""Downloads from the hub: pinned commits, no pickles. A small server on loopback replaces the hub."""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.generators.adapter_entries import shipped_adapter

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "model_index.json": b"{}",
    "transformer/model.safetensors": b"tensors",
    "transformer/model.bin": b"a pickle that runs code",
}
PROGRAM = "import sys; from benchmark.cli.main import main; sys.exit(main(sys.argv[1:]))"


class SmallHub(http.server.BaseHTTPRequestHandler):
    """Serves the requests of the hub's client for one repository at one commit."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/owner/name/tree/"):
            self.answer(json.dumps([self.described(name) for name in FILES]).encode())
        elif path.startswith("/api/models/owner/name"):
            siblings = [{"rfilename": name} for name in FILES]
            self.answer(json.dumps({"id": "owner/name", "sha": COMMIT, "siblings": siblings}).encode())
        else:
            self.answer(FILES[path.removeprefix(f"/owner/name/resolve/{COMMIT}/")])

    def described(self, name: str) -> dict[str, object]:
        oid = hashlib.sha1(FILES[name]).hexdigest()
        return {"type": "file", "path": name, "oid": oid, "size": len(FILES[name])}

    def answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Do not log."""


@pytest.fixture
def hub() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SmallHub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


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
