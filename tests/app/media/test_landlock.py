"""A child process of the sandbox can access only its own files, even if it runs an attacker's code."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from app.media.sandbox import SandboxLimits
from app.media.sandbox.landlock import landlock_version

THIEF = Path(__file__).with_name("thief.py")
NEEDS = pytest.mark.skipif(landlock_version() < 6, reason="needs Landlock 6 (Linux 6.12)")


@NEEDS
def test_a_child_that_was_taken_over_reaches_only_its_own_clip(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    secret, clip = home / "secret.key", tmp_path / "clip.mp4"
    secret.write_text("hush")
    clip.write_bytes(b"12345")
    limits = asdict(SandboxLimits())
    request = {"work": "probe", "arguments": {"path": str(clip)}, "limits": limits}

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = subprocess.run(
            [sys.executable, str(THIEF), str(secret), str(os.getpid()), port],
            input=json.dumps(request) + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(THIEF.parents[3])},
        )

    assert json.loads(done.stdout) == {"done": {"succeeded": [], "bytes": 5, "files": 0}}, done.stderr
    assert secret.read_text() == "hush"
    assert [file.name for file in home.iterdir()] == ["secret.key"]
