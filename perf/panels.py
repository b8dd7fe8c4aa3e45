"""Lets 50 clients fill 1,000 comparisons with three votes each, while 30 % of the assignments are abandoned.

A client that abandons an assignment continues as another annotator. For every second abandoned assignment,
the annotator who abandoned it sends a late vote, after the lease of 1 s has expired. In the end, every
comparison must have exactly three votes, and every acknowledged vote must be stored. Runs on SQLite, and on
PostgreSQL with one and with two server processes.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from app import migrations
from app.database import Database
from app.panels.wanted_votes import counted_votes
from app.results.live.recount import recount
from app.settings import Settings
from app.tables.studies import Comparison, Study
from app.tables.tasks import Task
from app.tables.voting import Assignment, Vote
from benchmark.protocol import TaskKind, WatchGate
from perf.databases import Outcome, measure_on_each
from perf.judgements import STUDY, VOTE_REQUEST, add_annotators, cookie
from perf.server import running_server
from perf.synthetic_studies import open_round_robin

CLIENTS, ANNOTATORS_PER_CLIENT = 50, 60
MODELS, PAIRS, PANEL = 5, 100, 3  # 10 matchups
ABANDONED, LEASE_S = 0.3, 1
MOST_S = 3600.0
PAUSE_S = 0.2


class Client:
    """A client that votes as one annotator after another; `acknowledged` lists tokens of stored votes."""

    def __init__(self, number: int, port: int) -> None:
        self.acknowledged: list[str] = []
        self.abandoned = 0
        self.refusals: Counter[str] = Counter()
        self._annotators = cycle(range(number, CLIENTS * ANNOTATORS_PER_CLIENT, CLIENTS))
        self._late: list[tuple[float, int, str]] = []  # when to vote, annotator, token
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._rng = random.Random(number)

    def run(self, is_over: Callable[[], bool]) -> None:
        """Vote until all panels are full."""
        annotator = next(self._annotators)
        while not is_over():
            self._send_late_votes()
            status, card = self._call(annotator, f"/api/v1/studies/{STUDY}/assignments", {})
            if status != 200:  # 204: the free slots are leased, or the annotator has judged these comparisons
                time.sleep(PAUSE_S)
            elif self._rng.random() < ABANDONED:
                self.abandoned += 1
                if self.abandoned % 2:
                    self._late.append((time.monotonic() + 1.5 * LEASE_S, annotator, card["token"]))
                annotator = next(self._annotators)
            else:
                self._vote(annotator, card["token"])
        self._connection.close()

    def _send_late_votes(self) -> None:
        while self._late and self._late[0][0] < time.monotonic():
            _, annotator, token = self._late.pop(0)
            self._vote(annotator, token)

    def _vote(self, annotator: int, token: str) -> None:
        status, body = self._call(annotator, f"/api/v1/assignments/{token}/vote", VOTE_REQUEST)
        if status == 201:
            self.acknowledged.append(token)
        else:
            self.refusals[f"{status} {body.get('error')}"] += 1

    def _call(self, annotator: int, path: str, body: object) -> tuple[int, dict[str, Any]]:
        headers = {"Cookie": f"ti2v_session={cookie(annotator)}", "Content-Type": "application/json"}
        self._connection.request("POST", path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else {}


def main() -> None:
    """Print one line per database and number of processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="comparisons, divided by 10")
    pairs = parser.parse_args().pairs
    measure_on_each(lambda home: measure(home, pairs, processes=1))
    measure_on_each(lambda home: measure(home, pairs, processes=2), ["PostgreSQL"])


def measure(home: Path, pairs: int, *, processes: int) -> Outcome:
    """Fill the panels of one study, and count the comparisons with too many or too few votes."""
    database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
    migrations.upgrade(database)
    with database.write() as session:
        study = open_round_robin(
            session,
            slug=STUDY,
            watch_gate=WatchGate.OFF,
            models=MODELS,
            pairs=pairs,
            votes_per_comparison=PANEL,
        )
        study.lease_s = LEASE_S  # the REST API refuses leases under 5 s
        add_annotators(session, study, range(CLIENTS * ANNOTATORS_PER_CLIENT))
        # The clips have no files, so the task would find nothing to prepare.
        session.execute(delete(Task).where(Task.kind == TaskKind.RENDITIONS))
        wanted = PANEL * (session.scalar(select(func.count()).select_from(Comparison)) or 0)
    with ExitStack() as stack:
        servers = [stack.enter_context(running_server(home)) for _ in range(processes)]
        clients = [Client(number, servers[number % processes].port) for number in range(CLIENTS)]
        _run(clients, wanted)
    result = _result(database, clients, processes)
    database.close()
    return result


def _run(clients: list[Client], wanted: int) -> None:
    last_s = time.monotonic() + MOST_S

    def is_over() -> bool:
        return sum(len(client.acknowledged) for client in clients) >= wanted or time.monotonic() > last_s

    with ThreadPoolExecutor(len(clients)) as pool:
        for run in [pool.submit(client.run, is_over) for client in clients]:
            run.result()


def _result(database: Database, clients: list[Client], processes: int) -> Outcome:
    with database.read() as session:
        panels = session.scalars(select(counted_votes())).all()
        stored = set(
            session.scalars(select(Assignment.token).join(Vote, Vote.assignment_id == Assignment.id))
        )
        votes = session.scalar(select(func.count()).select_from(Vote)) or 0
        wrong_counters = len(recount(session, session.execute(select(Study)).scalar_one()))
    acknowledged = {token for client in clients for token in client.acknowledged}
    over, short = sum(panel > PANEL for panel in panels), sum(panel < PANEL for panel in panels)
    lost, extra = len(acknowledged - stored), votes - len(acknowledged)
    refusals = sum((client.refusals for client in clients), Counter[str]())
    sentence = (
        f"{processes} server process(es), {CLIENTS} clients, {len(panels)} comparisons, {votes} votes, "
        f"{sum(client.abandoned for client in clients)} abandoned assignments, refusals {dict(refusals)}: "
        f"{over} comparisons over and {short} short of {PANEL} votes, {lost} acknowledged votes lost, "
        f"{extra} votes stored without an acknowledgement, {wrong_counters} wrong counters"
    )
    return Outcome(sentence, over + short + lost + extra + wrong_counters)


if __name__ == "__main__":
    main()
