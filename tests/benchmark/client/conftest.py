"""Servers that give prepared answers, and a retry policy that does not wait."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from benchmark.client.retry import Retry
from benchmark.client.transport import Transport
from benchmark.wire.common import ResponseModel

KEY = "ti2v_secret"


class Fine(ResponseModel):
    fine: bool


class RetryWithoutWaits(Retry):
    """Waits for nothing, and keeps how long it would have waited."""

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def waits(self) -> list[float]:
        waits: list[float] = self.__dict__.setdefault("_waits", [])
        return waits


@dataclass
class ScriptedServer:
    """A server that gives these answers in turn: a status with headers and a body, or None to hang up."""

    answers: list[tuple[int, dict[str, str], bytes] | None]
    bodies: list[bytes] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def scripted_server() -> Iterator[Callable[..., ScriptedServer]]:
    started: list[HTTPServer] = []

    def start(*answers: tuple[int, dict[str, str], bytes] | None) -> ScriptedServer:
        state = ScriptedServer(list(answers))
        server = HTTPServer(("127.0.0.1", 0), _handler(state))
        started.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        state.address = f"http://127.0.0.1:{server.server_address[1]}"
        return state

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def _handler(state: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            state.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            state.digests.append(self.headers.get("Content-Digest", ""))
            self.do_GET()

        def do_POST(self) -> None:
            state.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            state.keys.append(self.headers["Authorization"])
            answer = state.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


GOOD = (200, {}, b'{"fine": true}')
BUSY = (503, {}, b'{"error": "unavailable", "message": "Later.", "request_id": "1"}')


def transport_to(
    address: str, retry: Retry | None = None, on_retry: Callable[[str], None] = lambda _: None
) -> Transport:
    return Transport(address, KEY, retry=retry or interactive(), on_retry=on_retry)


def interactive() -> RetryWithoutWaits:
    return RetryWithoutWaits(rng=random.Random(1))


def unattended() -> RetryWithoutWaits:
    policy = Retry.unattended(threading.Event(), random.Random(1))
    return RetryWithoutWaits(policy.max_retries, policy.statuses, policy.stopping, policy.rng)


def refusal(code: str, **more: object) -> bytes:
    return json.dumps({"error": code, "message": "A sentence.", "request_id": "1", **more}).encode()
