"""Caddy with the configuration in deploy/Caddyfile, as a proxy of a real server."""

import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.app.test_connections import SOON_S, connected, head, read_to_the_end, stream
from tests.caddy import CADDY, needs_caddy
from tests.cast import PAIR_IDS
from tests.ports import free_port

CADDYFILE = Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile"

pytestmark = needs_caddy


@pytest.fixture
def proxy(live_server: str, tmp_path: Path) -> Iterator[str]:
    """The address of Caddy as a proxy of a real server, without TLS and with a short deadline for headers."""
    address = f"http://localhost:{free_port()}"
    environment = {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "CADDY_ADMIN": f"localhost:{free_port()}",
        "TI2V_SITE": address,
        "TI2V_UPSTREAM": urlsplit(live_server).netloc,
        "TI2V_HEADER_TIMEOUT": "1s",
    }
    command = [CADDY, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    with (tmp_path / "caddy.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_ready(address, process, tmp_path / "caddy.log")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if status(address, "/healthz") == 200:
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"Caddy does not answer: {log.read_text()}")


def status(address: str, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=SOON_S)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_pages_pass_and_counters_do_not(proxy: str) -> None:
    assert status(proxy, "/readyz") == 200
    assert status(proxy, "/metrics") == 404


def test_large_headers_do_not_reach_the_server(proxy: str) -> None:
    assert status(proxy, "/healthz", **{"X-Long": "a" * 16_000}) == 200
    # Go adds 4 KiB to its limit.
    assert status(proxy, "/healthz", **{"X-Long": "a" * 40_000}) == 431


def test_unfinished_headers_have_a_deadline(proxy: str) -> None:
    with connected(proxy) as connection:
        started = time.monotonic()
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-")
        read_to_the_end(connection)

        assert time.monotonic() - started < SOON_S


def test_a_refused_stream_is_answered(proxy: str) -> None:
    path = f"/api/v1/submissions/{'0' * 16}/clips/{PAIR_IDS[1]}"
    with connected(proxy) as connection:
        received, seconds, _ = stream(connection, head("PUT", path, "Transfer-Encoding: chunked"))

    assert received.startswith(b"HTTP/1.1 401 ")
    assert seconds < SOON_S
