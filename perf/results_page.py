"""Measures the results page of a ten-model round robin (perf/round_robin.py) with 72,000 votes.

Run: python -m perf.results_page. The script creates a SQLite database in a temporary folder.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

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
from perf.synthetic_studies import MODELS, PAIRS

ROUNDS = 20
TARGET_MS, TARGET_FIRST_MS, TARGET_KIB = 50, 200, 80


def main() -> None:
    with round_robin() as context, TestClient(create_app(context)) as client:
        sign_in(client, context)
        first = _timed(lambda: _get(client))
        again = [_timed(lambda: _get(client)) for _ in range(ROUNDS)]
        after_vote = [_timed(lambda: _get(client), before=lambda: add_vote(context)) for _ in range(ROUNDS)]
        size = len(_get(client))
    print(
        f"Results page, {MODELS * (MODELS - 1) // 2 * PAIRS * PANEL:,} votes, {size / 1024:.0f} KiB of HTML\n"
    )
    print("| request | median ms | worst ms | processor ms |\n|---|---:|---:|---:|")
    print(_line("first request after a start", [first]))
    print(_line("next requests", again))
    print(_line("requests after a new vote", after_vote))
    print(f"targets: {TARGET_MS} ms, {TARGET_FIRST_MS} ms for the first request, {TARGET_KIB} KiB of HTML")


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
    now = datetime.now(UTC)
    with context.database.write() as session:
        person = person_named(session, name="perf", role=Role.ADMIN, now=now)
        token = create_sign_in_link(session, person=person, now=now, minutes=5)
    assert client.post(f"/sign-in/{token}").status_code == 200


if __name__ == "__main__":
    main()
