"""HTTP servers with prepared responses, and a retry policy that does not wait."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from benchmark.client.retry import Retry
from benchmark.client.transport import Transport
from benchmark.wire.common import ResponseModel
from tests.http_server import StandInHandler, running_http_server

KEY = "ti2v_secret"


class Fine(ResponseModel):
    fine: bool


class RetryWithoutWaits(Retry):
    """A retry policy that does not wait, but records the pauses."""

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def waits(self) -> list[float]:
        waits: list[float] = self.__dict__.setdefault("_waits", [])
        return waits


@dataclass
class ScriptedServer:
    """A server that sends these responses in order: status, headers and body; None closes the connection."""

    answers: list[tuple[int, dict[str, str], bytes] | None]
    bodies: list[bytes] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def scripted_server() -> Iterator[Callable[..., ScriptedServer]]:
    with ExitStack() as running:

        def start(*answers: tuple[int, dict[str, str], bytes] | None) -> ScriptedServer:
            state = ScriptedServer(list(answers))
            state.address = running.enter_context(running_http_server(_handler(state)))
            return state

        yield start


def _handler(state: ScriptedServer) -> type[StandInHandler]:
    class Handler(StandInHandler):
        def answer(self, body: bytes) -> None:
            if self.command == "PUT":
                state.digests.append(self.headers.get("Content-Digest", ""))
            if self.command != "GET":
                state.bodies.append(body)
            state.keys.append(self.headers["Authorization"])
            answer = state.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            status, headers, told = answer
            self.respond(status, told, headers)

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
