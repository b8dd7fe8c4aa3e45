"""Starts a Redis server: TI2V_TEST_REDIS, or redis-server on the PATH; without it, tests are skipped."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

REDIS = os.environ.get("TI2V_TEST_REDIS") or shutil.which("redis-server") or ""
needs_redis = pytest.mark.skipif(
    not REDIS, reason="redis-server is not installed; on Debian: apt-get install redis-server"
)
_PATIENCE_S = 30


@contextmanager
def redis_server(port: int) -> Iterator[None]:
    """Run a Redis server that stores nothing on the disk."""
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(port, process)
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the Redis server does not listen")
