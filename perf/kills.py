"""Kills a server with SIGKILL while eight annotators vote: 10 times in 1,000 votes, with 5 seeds.

The measurement runs on SQLite and on PostgreSQL. An annotator whose request gets no response sends it again
to the next server, as the voting page does. Half of the annotators get the next assignment in the
response to a vote. In the end every acknowledged vote must be stored exactly once, with its answer, and all
counters must be right.
"""

import argparse
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from sqlalchemy import func, select

from app.database import Database
from app.results.live.recount import recount
from app.settings import Settings
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, Vote
from perf.databases import DATABASES, Outcome, measure_on_each
from perf.judgements import STUDY, cookie, prepare
from perf.server import running_server

SEEDS, KILLS, VOTERS = 5, 10, 8
VOTES = 100  # the mean number of votes between two kills
MOST_S = 120.0  # the longest life of a server
PAUSE_S = 0.1


@dataclass
class Voter:
    """One annotator's view: the acknowledged answer of each token, and the requests without a response."""

    number: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0
    refused: Counter[int] = field(default_factory=Counter)


def main() -> None:
    """Print one line per database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--kills", type=int, default=KILLS, help="for each seed")
    parser.add_argument("--database", choices=DATABASES, action="append", help="default: all")
    arguments = parser.parse_args()
    measure_on_each(
        lambda home: measure(home, arguments.seeds, arguments.kills), arguments.database or DATABASES
    )


def measure(home: Path, seeds: int, kills: int) -> Outcome:
    """Kill the servers of one database, and count lost, duplicate and changed votes."""
    prepare(home, annotators=VOTERS, with_media=False)
    voters = [Voter(number) for number in range(VOTERS)]
    place = _Place()
    threads = [threading.Thread(target=_vote, args=(voter, place)) for voter in voters]
    for thread in threads:
        thread.start()
    try:
        for seed in range(seeds):
            rng = random.Random(seed)
            for _ in range(kills):
                with running_server(home) as server:
                    place.port = server.port
                    _wait_for_votes(voters, rng.randint(1, 2 * VOTES))
                    os.kill(server.pid, signal.SIGKILL)
        with running_server(home) as server:
            place.port = server.port
            place.is_over = True
            for thread in threads:
                thread.join()
    finally:
        place.is_over = True
    return _result(home, voters, seeds * kills)


def _wait_for_votes(voters: list[Voter], number: int) -> None:
    last_s = time.monotonic() + MOST_S
    wanted = _acknowledged(voters) + number
    while _acknowledged(voters) < wanted and time.monotonic() < last_s:
        time.sleep(0.005)


def _acknowledged(voters: list[Voter]) -> int:
    return sum(len(voter.acknowledged) for voter in voters)


@dataclass
class _Place:
    """The address of the current server; `is_over` tells the annotators to stop after their current vote."""

    port: int = 0
    is_over: bool = False


def _vote(voter: Voter, place: _Place) -> None:
    rng = random.Random(voter.number)
    card = None
    while not place.is_over:
        if card is None:
            status, body = _until_answered(voter, place, f"/api/v1/studies/{STUDY}/assignments", {})
            if status != 200:
                voter.refused[status] += 1
                continue
            card = json.loads(body)
        token, choice = card["token"], rng.choice(("left", "right"))
        vote: dict[str, object] = {"choice": choice, "justifications": ["object_motion"]}
        if voter.number % 2:
            vote["next"] = {}
        status, body = _until_answered(voter, place, f"/api/v1/assignments/{token}/vote", vote)
        card = None
        if status in (200, 201):
            voter.acknowledged[token] = json.loads(body)["choice"]
            card = json.loads(body)["next"]
        else:
            voter.refused[status] += 1


def _until_answered(voter: Voter, place: _Place, path: str, body: dict[str, object]) -> tuple[int, bytes]:
    headers = {"Cookie": f"ti2v_session={cookie(voter.number)}", "Content-Type": "application/json"}
    while True:
        connection = HTTPConnection("127.0.0.1", place.port, timeout=60)
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            voter.unanswered += 1
            time.sleep(PAUSE_S)
        finally:
            connection.close()


def _result(home: Path, voters: list[Voter], kills: int) -> Outcome:
    database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
    with database.read() as session:
        study = session.execute(select(Study).where(Study.slug == STUDY)).scalar_one()
        rows = session.execute(
            select(Assignment.token, Assignment.left_side, Vote.chosen_side).join(
                Vote, Vote.assignment_id == Assignment.id
            )
        ).all()
        largest = session.execute(
            select(func.max(Comparison.votes_reference + Comparison.votes_other))
        ).scalar_one()
        wrong_counters = len(recount(session, study))
        panel = study.votes_per_comparison
    database.close()
    stored = {token: "left" if chosen is left else "right" for token, left, chosen in rows}
    acknowledged = {token: choice for voter in voters for token, choice in voter.acknowledged.items()}
    lost = sum(token not in stored for token in acknowledged)
    changed = sum(stored.get(token, choice) != choice for token, choice in acknowledged.items())
    doubled = len(rows) - len(stored)
    refused = sum((voter.refused for voter in voters), Counter[int]())
    sentence = (
        f"{kills} kills, {len(acknowledged)} acknowledged votes, {lost} lost, "
        f"{doubled} doubled, {changed} changed, "
        f"{len(stored) - len(acknowledged)} stored without an acknowledgement, "
        f"{sum(voter.unanswered for voter in voters)} requests sent again, refusals {dict(refused)}, "
        f"{wrong_counters} wrong counters, at most {largest} of {panel} votes on a comparison"
    )
    return Outcome(sentence, lost + doubled + changed + wrong_counters + max(0, (largest or 0) - panel))


if __name__ == "__main__":
    main()
