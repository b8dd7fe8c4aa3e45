"""Lets eight annotators vote while the owner closes the study, many times, on SQLite and PostgreSQL.

Prints three numbers: votes whose stored time is after the end of their study, comparisons with more votes
than they need, and acknowledged votes that were sent after the end. All three numbers must be 0.
"""

import argparse
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import migrations
from app.clock import utc_now
from app.database import Database
from app.results.live.recount import recount
from app.security.identity import Principal, create_key, person_named
from app.security.tokens import hash_token
from app.settings import Settings
from app.studies.service import create_study, open_study
from app.tables.people import Annotator, AnnotatorBrowser, BrowserSession
from app.tables.studies import Comparison, Study
from app.tables.submissions import Submission
from app.tables.voting import Vote
from benchmark.protocol import Role, WatchGate
from benchmark.wire.drafts import MatchupRequest, StudyRequest
from perf.databases import Outcome, measure_on_each
from perf.server import running_server
from perf.synthetic_studies import open_round_robin

ROUNDS, VOTERS = 50, 8
LONGEST_WAIT_S = 0.08
VOTE_REQUEST = {"choice": "left", "justifications": ["object_motion"]}


def main() -> None:
    """Print one line per database."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = arguments.parse_args().rounds
    measure_on_each(lambda home: measure(home, rounds))


def measure(home: Path, rounds: int) -> Outcome:
    """Run the races on one database; count late votes, extra votes and wrong counters."""
    database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
    migrations.upgrade(database)
    with database.write() as session:
        key = _prepare(session, rounds)
    late_answers = 0
    rng = random.Random(7)
    with running_server(home) as server:
        for number in range(rounds):
            late_answers += _race(server.port, number, key, rng.uniform(0, LONGEST_WAIT_S))
    with database.read() as session:
        result = _result(session, rounds)
    database.close()
    sentence = f"{result.sentence}, {late_answers} votes acknowledged that were sent after the end"
    return Outcome(sentence, result.violations + late_answers)


def _prepare(session: Session, rounds: int) -> str:
    """Open one study per race, with its annotators. Return the owner's key."""
    open_round_robin(session, slug="models", watch_gate=WatchGate.OFF)
    now = utc_now()
    owner = person_named(session, name="owner", role=Role.RESEARCHER, now=now)
    principal = Principal(owner.id, owner.name, owner.role)
    first, second, *_ = session.scalars(select(Submission).order_by(Submission.id))
    for number in range(rounds):
        request = StudyRequest(
            slug=f"race-{number}",
            title="A race",
            benchmark="large",
            matchups=[MatchupRequest(reference=first.public_id, other=second.public_id)],
            watch_gate=WatchGate.OFF,
            votes_per_comparison=1,
        )
        study = create_study(session, request=request, principal=principal, now=now)
        open_study(session, study=study, principal=principal, now=now)
        for voter in range(VOTERS):
            annotator = Annotator(study_id=study.id, pseudonym=f"annotator-{voter}", created_at=now)
            browser = BrowserSession(
                token_hash=hash_token(_cookie(number, voter)),
                created_at=now,
                expires_at=now + timedelta(days=1),
            )
            session.add_all((annotator, browser))
            session.flush()
            session.add(AnnotatorBrowser(browser_session_id=browser.id, annotator_id=annotator.id))
    return create_key(session, person=owner, now=now)


def _race(port: int, number: int, key: str, wait_s: float) -> int:
    """Close a study while its annotators vote. Return how many later votes were acknowledged."""
    race = _Race()
    threads = [
        threading.Thread(target=_vote_until_refused, args=(port, number, voter, race))
        for voter in range(VOTERS)
    ]
    for thread in threads:
        thread.start()
    race.has_begun.wait(60)
    time.sleep(wait_s)
    status, body = _post(port, f"/api/v1/studies/race-{number}/close", {"Authorization": f"Bearer {key}"})
    assert status == 200, body
    race.is_over.set()
    for thread in threads:
        thread.join()
    return race.late


@dataclass
class _Race:
    """`has_begun` is set at the first vote; `is_over` is set when the study is closed."""

    has_begun: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)
    late: int = 0


def _vote_until_refused(port: int, number: int, voter: int, race: _Race) -> None:
    headers = {"Cookie": f"ti2v_session={_cookie(number, voter)}"}
    while True:
        status, body = _post(port, f"/api/v1/studies/race-{number}/assignments", headers)
        if status != 200:
            return
        token, was_over = json.loads(body)["token"], race.is_over.is_set()
        status, _ = _post(port, f"/api/v1/assignments/{token}/vote", headers, VOTE_REQUEST)
        race.has_begun.set()
        race.late += status == 201 and was_over


def _post(port: int, path: str, headers: dict[str, str], body: object = None) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        content = json.dumps(body if body is not None else {})
        connection.request("POST", path, content, {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _cookie(number: int, voter: int) -> str:
    return f"race-{number:015d}-{voter:015d}-measured"


def _result(session: Session, rounds: int) -> Outcome:
    raced = Study.slug.like("race-%")
    votes = session.execute(
        select(func.count()).select_from(Vote).join(Study, Study.id == Vote.study_id).where(raced)
    ).scalar_one()
    pairs = session.execute(
        select(Vote.cast_at, Study.closed_at).join(Study, Study.id == Vote.study_id).where(raced)
    ).all()
    late = [(cast_at - closed_at).total_seconds() for cast_at, closed_at in pairs if cast_at > closed_at]
    over = session.execute(
        select(func.count())
        .select_from(Comparison)
        .join(Study, Study.id == Comparison.study_id)
        .where(raced, Comparison.votes_reference + Comparison.votes_other > Study.votes_per_comparison)
    ).scalar_one()
    studies = session.scalars(select(Study).where(raced)).all()
    wrong = sum(len(recount(session, study)) for study in studies)
    sentence = (
        f"{rounds} races, {votes} votes, {len(late)} cast later than the end (latest by "
        f"{1000 * max(late, default=0):.0f} ms), {over} panels with too many votes, {wrong} wrong counters"
    )
    return Outcome(sentence, len(late) + over + wrong)


if __name__ == "__main__":
    main()
