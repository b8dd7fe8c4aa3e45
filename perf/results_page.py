"""Measures the results page of a ten-model round robin (perf/round_robin.py) with 72,000 votes.

Run: python -m perf.results_page. The script creates a SQLite database in a temporary folder.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection

from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from app.context import AppContext
from app.main import create_app
from app.security.browsers import create_sign_in_link
from app.security.identity import person_named
from benchmark.protocol import (
    Role,
)
from perf.round_robin import PANEL, STUDY, add_vote, round_robin
from perf.server import running_server
from perf.synthetic_studies import MODELS, PAIRS

ROUNDS = 20
PRELOAD_S = 4.0  # The server builds the pages of the newest studies in this time after a start.
TARGET_MS, TARGET_FIRST_MS, TARGET_KIB = 50, 200, 80


def main() -> None:
    with round_robin() as context:
        at_once, later = (_first_request(context, wait_s=wait_s) for wait_s in (0.0, PRELOAD_S))
        with TestClient(create_app(context)) as client:
            sign_in(client, context)
            _get(client)
            again = [_timed(lambda: _get(client)) for _ in range(ROUNDS)]
            after_vote = [
                _timed(lambda: _get(client), before=lambda: add_vote(context)) for _ in range(ROUNDS)
            ]
            size = len(_get(client))
    print(
        f"Results page, {MODELS * (MODELS - 1) // 2 * PAIRS * PANEL:,} votes, {size / 1024:.1f} KiB of HTML\n"
    )
    print("| request | median ms | worst ms | processor ms |\n|---|---:|---:|---:|")
    print(_line("first request, at once after a start", [at_once]))
    print(_line(f"first request, {PRELOAD_S:.0f} s after a start", [later]))
    print(_line("next requests", again))
    print(_line("requests after a new vote", after_vote))
    print(f"targets: {TARGET_MS} ms, {TARGET_FIRST_MS} ms for the first request, {TARGET_KIB} KiB of HTML")


def _first_request(context: AppContext, *, wait_s: float) -> "Timing":
    """Start a server, wait, and measure its first request of a results page."""
    token = _sign_in_token(context)
    with running_server(context.settings.home) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("POST", f"/sign-in/{token}")
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        time.sleep(wait_s)
        start, processor_s = time.perf_counter(), server.processor_s()
        connection.request("GET", f"/studies/{STUDY}/results", headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        return Timing(1000 * (time.perf_counter() - start), 1000 * (server.processor_s() - processor_s))


@dataclass(frozen=True)
class Timing:
    """The times of one request in ms: the server's measurement, and the processor times of server and client.

    Other processes on the machine affect the server's measurement, but not the processor time.
    """

    server: float
    processor: float


def _timed(call: Callable[[], object], *, before: Callable[[], object] = lambda: None) -> Timing:
    """Measure the time of a call, without the preparation before it."""
    before()
    server, processor = _server_seconds(), time.process_time()
    call()
    return Timing(1000 * (_server_seconds() - server), 1000 * (time.process_time() - processor))


def _server_seconds() -> float:
    """Return the total time that the server has spent on this page (`ti2v_request_seconds`)."""
    labels = {"route": "/studies/{slug}/results"}
    return REGISTRY.get_sample_value("ti2v_request_seconds_sum", labels) or 0.0


def _line(name: str, timings: list[Timing]) -> str:
    server = [timing.server for timing in timings]
    processor = statistics.median(timing.processor for timing in timings)
    return f"| {name} | {statistics.median(server):.0f} | {max(server):.0f} | {processor:.0f} |"


def _get(client: TestClient) -> bytes:
    answer = client.get(f"/studies/{STUDY}/results")
    assert answer.status_code == 200, answer.text
    return answer.content


def sign_in(client: TestClient, context: AppContext) -> None:
    assert client.post(f"/sign-in/{_sign_in_token(context)}").status_code == 200


def _sign_in_token(context: AppContext) -> str:
    now = datetime.now(UTC)
    with context.database.write() as session:
        person = person_named(session, name="perf", role=Role.ADMIN, now=now)
        return create_sign_in_link(session, person=person, now=now, minutes=5)


if __name__ == "__main__":
    main()
