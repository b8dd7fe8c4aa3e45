"""Measures judgements over HTTP (next assignment and vote) with 1, 8 and 32 clients on one machine.

Client and server share the machine. A judgement takes two requests, or one request if the response to a vote
contains the next assignment, as on the voting page. In these measurements, clients vote without fetching the
clips. In the next measurement, clients fetch both renditions completely before each vote. In the last
measurement, clients report playback events after each vote, as the voting page does.
"""

import hashlib
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from http.client import HTTPConnection
from itertools import count, islice
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import migrations
from app.clock import utc_now
from app.database import Database
from app.media.renditions import Recipe
from app.media.store import content_key, open_store
from app.security.tokens import hash_token
from app.settings import Settings
from app.tables.people import Annotator, AnnotatorBrowser, BrowserSession
from app.tables.studies import Study
from app.tables.submissions import Clip, Rendition
from app.tables.tasks import Task
from benchmark.protocol import RenditionRecipe, TaskKind, WatchGate
from perf.server import Server, running_bare_routes, running_server
from perf.synthetic_studies import open_round_robin

SECONDS = 8.0
TURNS = 4
# The first requests of a process compile statements and routes.
WARM_UP_S = 1.0
CLIENTS = (1, 8, 32)
STUDY = "round-robin"
DATABASE_FILE = "ti2v.sqlite3"
RENDITION_BYTES = 120_000
VOTE_REQUEST = {"choice": "left", "justifications": ["object_motion"]}
# Two clips that are played three times, as the voting page reports them after the vote.
PLAYBACK_REQUEST = {
    "view": 1,
    "first": 0,
    "events": [
        {"clip": clip, "kind": kind, "at_ms": 100, "position_ms": 0}
        for kind in ("play", "complete", "complete", "complete", "pause")
        for clip in ("left", "right")
    ],
}


class Visit(StrEnum):
    """The requests of a client for one judgement."""

    TWO_REQUESTS = "2 requests"
    ONE_REQUEST = "1 request"
    WITH_MEDIA = "2 requests, both clips fetched"
    WITH_PLAYBACK = "2 requests, playback reported"


@dataclass
class Timings:
    """The measurements of one client, in seconds."""

    votes: list[float] = field(default_factory=list)
    failures: int = 0


@dataclass
class Total:
    """The measurements of all turns of one server."""

    timings: list[Timings] = field(default_factory=list)
    elapsed_s: float = 0.0
    processor_s: float = 0.0

    def votes(self) -> list[float]:
        """Return the sorted times of all votes, in seconds."""
        return sorted(seconds for timing in self.timings for seconds in timing.votes)

    def rate(self) -> float:
        return len(self.votes()) / self.elapsed_s


def main() -> None:
    """Print the rates of the product and of bare routes for each number of clients."""
    names = ("judgements/s", "of bare", "server ms", "vote p50 ms", "p99 ms", "failed")
    print(f"{'':<48}" + "".join(f"{name:>13}" for name in names))
    for visit in Visit:
        measure_visits(visit)


def measure_visits(visit: Visit) -> None:
    """Measure the product with each number of clients, if possible in turns with bare routes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        prepare(home, annotators=(TURNS + 1) * sum(CLIENTS), with_media=visit is Visit.WITH_MEDIA)
        with ExitStack() as stack:
            servers = {}
            if visit in (Visit.TWO_REQUESTS, Visit.ONE_REQUEST):
                file = Path(shutil.copy(home / DATABASE_FILE, home / "bare.sqlite3"))
                servers["bare routes, "] = stack.enter_context(running_bare_routes(file))
            servers[""] = server = stack.enter_context(running_server(home))
            numbers = count()
            for clients in CLIENTS:
                measure(servers, clients, visit, numbers)
            print(f"server memory: {server.memory_mb():.0f} MB")


def prepare(home: Path, *, annotators: int, with_media: bool) -> None:
    """Create a database with an open study of 45 matchups x 320 pairs, and a cookie for each annotator."""
    database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
    migrations.upgrade(database)
    with database.write() as session:
        gate = WatchGate.DELIVERED if with_media else WatchGate.OFF
        study = open_round_robin(session, slug=STUDY, watch_gate=gate)
        add_annotators(session, study, range(annotators))
        if with_media:
            _store_one_rendition_for_all(session, home)
        # The clips have no files, so the task would find nothing to prepare.
        session.execute(delete(Task).where(Task.kind == TaskKind.RENDITIONS))
    database.close()


def add_annotators(session: Session, study: Study, numbers: Iterable[int]) -> None:
    """Add annotators to a study; annotator N has the cookie `cookie(N)`."""
    now = utc_now()
    for number in numbers:
        annotator = Annotator(study_id=study.id, pseudonym=f"annotator-{number}", created_at=now)
        browser = BrowserSession(
            token_hash=hash_token(cookie(number)), created_at=now, expires_at=now + timedelta(days=1)
        )
        session.add_all((annotator, browser))
        session.flush()
        session.add(AnnotatorBrowser(browser_session_id=browser.id, annotator_id=annotator.id))


def _store_one_rendition_for_all(session: Session, home: Path) -> None:
    content = bytes(RENDITION_BYTES)
    key = content_key("renditions", hashlib.sha256(content).hexdigest())
    store = open_store(str(home / "media"))
    with store.private_file() as path:
        path.write_bytes(content)
        store.put(key, path)
    for clip in session.scalars(select(Clip)):
        session.add(
            Rendition(
                clip_id=clip.id,
                recipe=Recipe(RenditionRecipe.REMUX, 320, 320, 8.0, 16).name,
                media_key=key,
                bytes=len(content),
                created_at=utc_now(),
            )
        )


def cookie(number: int) -> str:
    return f"measured-{number:036d}"


def measure(servers: dict[str, Server], clients: int, visit: Visit, numbers: Iterator[int]) -> None:
    """Print a line for each server, with the ratio of its rate to that of the first server.

    The clients use the servers in turns, so other programs on the machine affect all of them. In each turn,
    other annotators vote, because the cost of a judgement grows with the number of comparisons that the
    annotator has judged.

    Args:
        numbers: the numbers of the annotators who have not voted yet.
    """
    annotators = tuple(islice(numbers, clients))
    for server in servers.values():
        run_clients(server, annotators, visit, seconds=WARM_UP_S)
    totals = {name: Total() for name in servers}
    for _ in range(TURNS):
        annotators = tuple(islice(numbers, clients))
        for name, server in servers.items():
            start, processor_s = time.perf_counter(), server.processor_s()
            totals[name].timings += run_clients(server, annotators, visit, seconds=SECONDS / TURNS)
            totals[name].elapsed_s += time.perf_counter() - start
            totals[name].processor_s += server.processor_s() - processor_s
    first, *_ = totals.values()
    for name, total in totals.items():
        votes = total.votes()
        p99 = votes[min(len(votes) - 1, int(len(votes) * 0.99))]
        ratio = f"{total.rate() / first.rate():.2f}" if len(totals) > 1 else ""
        print(
            f"{f'{clients} clients, {name}{visit}':<48}{total.rate():>13.1f}{ratio:>13}"
            f"{1000 * total.processor_s / len(votes):>13.1f}{1000 * statistics.median(votes):>13.1f}"
            f"{1000 * p99:>13.1f}{sum(timing.failures for timing in total.timings):>13}",
            flush=True,
        )


def run_clients(server: Server, annotators: Sequence[int], visit: Visit, *, seconds: float) -> list[Timings]:
    """Let annotators judge at the same time, and return the measurements of each annotator."""
    timings = [Timings() for _ in annotators]
    stop_at = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=judge, args=(server.port, number, timing, stop_at, visit))
        for number, timing in zip(annotators, timings, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return timings


def judge(port: int, number: int, timings: Timings, stop_at: float, visit: Visit, study: str = STUDY) -> None:
    """Judge comparisons over one connection until `stop_at`."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"ti2v_session={cookie(number)}", "Content-Type": "application/json"}

    def call(method: str, path: str, body: object = None) -> tuple[int, bytes]:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    request: dict[str, object] = {**VOTE_REQUEST}
    if visit is Visit.ONE_REQUEST:
        request["next"] = {}
    card = None
    while time.perf_counter() < stop_at:
        if card is None:
            status, body = call("POST", f"/api/v1/studies/{study}/assignments", {})
            if status != 200:
                timings.failures += 1
                continue
            card = json.loads(body)
        if visit is Visit.WITH_MEDIA:
            call("GET", card["left_url"])
            call("GET", card["right_url"])
        start = time.perf_counter()
        status, body = call("POST", f"/api/v1/assignments/{card['token']}/vote", request)
        timings.votes.append(time.perf_counter() - start)
        if status not in (200, 201):
            sys.stderr.write(f"{status} {body.decode()}\n")
            timings.failures += 1
        if visit is Visit.WITH_PLAYBACK:
            call("POST", f"/api/v1/assignments/{card['token']}/playback", PLAYBACK_REQUEST)
        card = json.loads(body).get("next")


if __name__ == "__main__":
    main()
