"""`ti2v serve` and `ti2v up` as processes: they start, refuse a second server, and end on Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.app.cli.outcome import Run
from tests.ports import free_port

PATIENCE_S = 60
# Modules that a start does not need; some commands and pages import them when they run.
NOT_AT_START = {
    "alembic",
    "av",
    "boto3",
    "cv2",
    "huggingface_hub",
    "matplotlib",
    "pandas",
    "pyarrow",
    "scipy",
    "torch",
}


@contextmanager
def started(home: Path, command: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start `ti2v COMMAND` and wait until the server responds; at the end, kill it if it still runs."""
    program = ["-c", "import sys; from benchmark.cli.main import main; sys.exit(main())"]
    process = subprocess.Popen(
        [sys.executable, *program, command, "--port", str(port)],
        env={"TI2V_HOME": str(home), "PATH": os.environ["PATH"]},
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        with httpx2.Client() as client:
            while process.poll() is None and time.monotonic() < deadline:
                try:
                    client.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx2.TransportError:
                    time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def test_serve_answers_refuses_a_second_one_and_ends_on_ctrl_c(run: Run, home: Path) -> None:
    port = free_port()
    with started(home, "serve", port) as server:
        assert httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        second = run("serve", "--port", str(free_port()))
        server.send_signal(signal.SIGINT)
        code = server.wait(PATIENCE_S)

    assert second.code == 1
    assert "Another server already uses" in second.err
    assert code == 0


def test_a_start_imports_only_what_it_needs(home: Path) -> None:
    program = (
        "import sys, uvicorn; from benchmark.cli.main import main; uvicorn.run = lambda app, **_: None; "
        f"code = main(['serve', '--port', '{free_port()}']); "
        "print(code, *(name.partition('.')[0] for name in sys.modules))"
    )

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    code, *loaded = finished.stdout.split()
    assert code == "0", finished.stderr
    assert "sqlalchemy" in loaded
    assert NOT_AT_START & set(loaded) == set()


def test_serve_changes_no_schema(run: Run) -> None:
    run("db", "downgrade", "base", "--yes")

    outcome = run("serve", "--port", str(free_port()))

    assert outcome.code == 1
    assert "Run: ti2v db upgrade" in outcome.err


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_used_port_is_reported_before_the_server_starts(run: Run, home: Path, command: str) -> None:
    before = (home / "ti2v.sqlite3").read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run(command, "--port", str(port))

    assert outcome.code == 1
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use." in outcome.err
    assert "is running" not in outcome.err
    assert (home / "ti2v.sqlite3").read_bytes() == before


def test_a_port_that_is_no_port_is_wrong_usage(run: Run) -> None:
    assert run("serve", "--port", "70000").code == 2
