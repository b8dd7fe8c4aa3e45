"""Measures the processor time and storage per judgement on PostgreSQL, for docs/scale.md.

Eight clients judge with two requests per judgement: with one and with two server processes, in one study and
in eight studies. One more case has only one client. These cases run in turns, so other programs on the
machine affect all of them. If a study's lock were the limit, eight studies would be faster than one. The last
line adds the download of both clips (120 KB each) from a folder. Clients and servers share the machine.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.security.identity import Principal, person_named
from app.settings import Settings
from app.studies.service import create_study, open_study
from app.tables.submissions import Submission
from benchmark.protocol import Role, WatchGate
from benchmark.wire.drafts import MatchupRequest, StudyRequest
from perf.jobs import postgres
from perf.judgements import STUDY, Timings, Visit, add_annotators, judge, prepare
from perf.server import Server, running_server

CLIENTS = 8
TURNS, TURN_S, WARM_UP_S = 5, 3.0, 1.0
# Each of these studies has one annotator, whose number is larger than those of the large study.
STUDIES = tuple(f"study-{number}" for number in range(CLIENTS))


@dataclass(frozen=True)
class Case:
    """Clients that judge at the same time: annotators with these numbers, each in one study on one server."""

    name: str
    servers: Sequence[Server]
    annotators: Sequence[int]
    studies: Sequence[str]
    visit: Visit = Visit.TWO_REQUESTS


@dataclass(frozen=True)
class Turn:
    """The results of one turn; processor times and new bytes are per judgement."""

    rate: float
    servers_ms: float
    postgres_ms: float
    vote_ms: float
    size: float


def main() -> None:
    """Print one line per case."""
    names = ("judgements/s", "servers ms", "PostgreSQL ms", "vote p50 ms", "bytes")
    print(f"{'':<44}" + "".join(f"{name:>15}" for name in names))
    with running(with_media=False) as (database, servers):
        everybody = range(CLIENTS)
        one_study, extra = [STUDY] * CLIENTS, range(CLIENTS, 2 * CLIENTS)
        report(
            database,
            [
                Case("1 process, 1 study, 1 client", servers[:1], [0], [STUDY]),
                Case("1 process, 1 study, 8 clients", servers[:1], everybody, one_study),
                Case("2 processes, 1 study, 8 clients", servers, everybody, one_study),
                Case("2 processes, 8 studies, 8 clients", servers, extra, STUDIES),
            ],
        )
    with running(with_media=True) as (database, servers):
        case = Case(
            "1 process, 1 study, 8 clients, with media", servers[:1], everybody, one_study, Visit.WITH_MEDIA
        )
        report(database, [case])


@contextmanager
def running(*, with_media: bool) -> Iterator[tuple[Database, list[Server]]]:
    """Run two servers on PostgreSQL, with a large study for all clients and a study for each client."""
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        os.environ["TI2V_DATABASE_URL"] = url
        home = Path(folder)
        prepare(home, annotators=CLIENTS, with_media=with_media)
        database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
        with database.write() as session:
            open_studies(session)
        with running_server(home) as first, running_server(home) as second:
            yield database, [first, second]
        database.close()


def open_studies(session: Session) -> None:
    """Open one study of 14,080 comparisons for each client."""
    owner = person_named(session, name="owner", role=Role.RESEARCHER, now=utc_now())
    principal = Principal(owner.id, owner.name, owner.role)
    first, *others = session.scalars(select(Submission.public_id).order_by(Submission.id))
    for number, slug in enumerate(STUDIES):
        request = StudyRequest(
            slug=slug,
            title="One client",
            benchmark="large",
            matchups=[MatchupRequest(reference=first, other=other) for other in others],
            watch_gate=WatchGate.OFF,
        )
        study = create_study(session, request=request, principal=principal, now=utc_now())
        open_study(session, study=study, principal=principal, now=utc_now())
        add_annotators(session, study, [CLIENTS + number])


def report(database: Database, cases: Sequence[Case]) -> None:
    """Measure the cases in turns, and print the medians of each case."""
    for case in cases:
        measured(database, case, WARM_UP_S)
    turns = [[measured(database, case, TURN_S) for case in cases] for _ in range(TURNS)]
    for case, column in zip(cases, zip(*turns, strict=True), strict=True):
        rate, servers_ms, postgres_ms, vote_ms = (
            statistics.median(getattr(turn, name) for turn in column)
            for name in ("rate", "servers_ms", "postgres_ms", "vote_ms")
        )
        size = statistics.mean(turn.size for turn in column)
        print(
            f"{case.name:<44}{rate:>15.0f}{servers_ms:>15.2f}{postgres_ms:>15.2f}{vote_ms:>15.1f}{size:>15.0f}",
            flush=True,
        )


def measured(database: Database, case: Case, seconds: float) -> Turn:
    """Let the clients of a case judge for some seconds."""
    before = usage(database, case)
    timings = [Timings() for _ in case.annotators]
    start = time.perf_counter()
    threads = [
        threading.Thread(
            target=judge,
            args=(
                case.servers[place % len(case.servers)].port,
                annotator,
                timing,
                start + seconds,
                case.visit,
                study,
            ),
        )
        for place, (annotator, timing, study) in enumerate(
            zip(case.annotators, timings, case.studies, strict=True)
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    used = [after - earlier for after, earlier in zip(usage(database, case), before, strict=True)]
    votes = [each for timing in timings for each in timing.votes]
    if any(timing.failures for timing in timings):
        raise RuntimeError(f"requests failed: {case.name}")
    servers_s, postgres_s, size = (each / len(votes) for each in used)
    return Turn(
        len(votes) / elapsed, 1000 * servers_s, 1000 * postgres_s, 1000 * statistics.median(votes), size
    )


def usage(database: Database, case: Case) -> tuple[float, float, int]:
    """Return the processor seconds of the servers and of PostgreSQL, and the bytes of the database."""
    with database.read() as session:
        folder = session.execute(text("SHOW data_directory")).scalar_one()
        size = session.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    postmaster = int((Path(folder) / "postmaster.pid").read_text().split()[0])
    return sum(server.processor_s() for server in case.servers), tree_processor_s(postmaster), size


def tree_processor_s(parent: int) -> float:
    """Return the processor time of a process, its children, and its children that have ended."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # the process has ended
            continue
        if int(file.parent.name) == parent:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == parent:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
