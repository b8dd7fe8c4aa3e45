"""Starts a server for a measurement and reads its memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def memory_mb(self) -> float:
        """Return the resident memory of the server's process in MB, without its sandbox children."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def processor_s(self) -> float:
        """Return the processor time of the server's process in seconds, without its sandbox children."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_server(home: Path) -> Iterator[Server]:
    """Run `ti2v serve` on a free loopback port. The server's HOME must contain a migrated database."""
    port = free_port()
    ti2v = Path(sys.executable).with_name("ti2v")
    with _running([str(ti2v), "serve"], port, TI2V_HOME=str(home), TI2V_PORT=str(port)) as server:
        yield server


@contextmanager
def running_bare_routes(file: Path) -> Iterator[Server]:
    """Run the bare service of perf/bare_routes.py on a free loopback port."""
    port = free_port()
    with _running([sys.executable, "-m", "perf.bare_routes", str(file), str(port)], port) as server:
        yield server


@contextmanager
def running_tool(command: Sequence[str], port: int, folder: Path) -> Iterator[Server]:
    """Run another tool's server in a folder until it answers `/health`; its output goes to `log` there."""
    with (
        (folder / "log").open("w") as log,
        _running(command, port, "/health", cwd=folder, output=log) as server,
    ):
        yield server


def free_port() -> int:
    """Return a loopback port that is free at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def _running(
    command: Sequence[str],
    port: int,
    ready: str = "/readyz",
    *,
    cwd: Path | None = None,
    output: IO[str] | None = None,
    **environment: str,
) -> Iterator[Server]:
    environment = {**os.environ, **environment}
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=output)
    try:
        _wait_until_ready(port, process, ready)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], path: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the server exited before it was ready")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server was not ready within one minute")
