"""A server in a separate process, as started by `ti2v serve`."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from httpx2 import Client, TransportError

from tests.ports import free_port

TI2V = Path(sys.executable).parent / "ti2v"
PATIENCE_S = 60
_NOTHING: Mapping[str, str] = {}


@contextmanager
def server_process(
    home: Path, environment: Mapping[str, str] = _NOTHING
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Yield the address and the process of a server on `home`; at the end, kill a process that still runs."""
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("TI2V_")}
    own |= {"TI2V_HOME": str(home), "TI2V_SECRET_KEY": "test-secret-of-more-than-32-bytes-0", **environment}
    # A full pipe would stop the server, so its log is a file.
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [TI2V, "serve", "--port", str(port)], env=own, cwd=home, stderr=log.fileno()
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_alive(address, process, log)
            yield address, process
        finally:
            process.kill()
            process.wait()


def _wait_until_alive(address: str, process: "subprocess.Popen[bytes]", log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with Client() as client:
        while time.monotonic() < deadline:
            try:
                client.get(f"{address}/healthz").raise_for_status()
                return
            except TransportError:
                assert process.poll() is None, _text(log)
                time.sleep(0.05)
    raise AssertionError(f"the server did not start: {_text(log)}")


def _text(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")
