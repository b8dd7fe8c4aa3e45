"""Many workers at the same time: every job is completed exactly once, on both databases."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, Lock

import pytest
from sqlalchemy import func, select, update

from app.clock import utc_now
from app.context import AppContext
from app.jobs import claims, leases
from app.jobs.leases import LeasePolicy
from app.jobs.requests import create_jobs
from app.jobs.workers import upsert_worker
from app.security.identity import Principal
from app.tables.bench import Pair
from app.tables.jobs import Job, Worker
from benchmark.protocol import JobStatus, Role
from benchmark.wire.jobs import ClaimedJob, ClaimRequest, CreateJobsRequest, WorkerInfo
from tests.cast import BENCHMARK, MODELS, make_actor, make_benchmark

WORKERS = 8
PAIRS = 60
TERMS = LeasePolicy(lease_s=300, attempts=3, backoff_s=0, longest_backoff_s=0)


@dataclass
class Shift:
    """Workers that finish every claimed job, and record the claimed jobs."""

    context: AppContext
    key: Principal
    start: Barrier = field(default_factory=lambda: Barrier(WORKERS))
    lock: Lock = field(default_factory=Lock)
    given: list[tuple[str, int]] = field(default_factory=list)
    loads: int = 0

    def work(self, number: int) -> None:
        holding = None
        self.start.wait(timeout=60)
        while claimed := self.claim(number, holding):
            with self.lock:
                self.given += [(each.id, each.attempt) for each in claimed]
                self.loads += claimed[0].model != holding
            holding = claimed[0].model
            for each in claimed:
                self.finish(each)

    def claim(self, number: int, holding: str | None) -> list[ClaimedJob]:
        asked = claim_request(f"worker-{number}", holding)
        with self.context.database.write(durable=False) as session:
            worker = upsert_worker(session, claim=asked, principal=self.key, now=utc_now())
            return claims.claim(session, worker=worker, count=1 + number % 3, policy=TERMS, now=utc_now())

    def finish(self, leased: ClaimedJob) -> None:
        with self.context.database.write() as session:
            job = leases.held_job(session, public_id=leased.id, attempt=leased.attempt, principal=self.key)
            leases.finish(session, job=job, now=utc_now())


@pytest.fixture
def shift(either_installation: AppContext) -> Shift:
    owner = make_actor(either_installation, "alice", Role.ADMIN).principal
    key = make_actor(either_installation, "gpu-key", Role.WORKER).principal
    make_benchmark(either_installation)
    with either_installation.database.write() as session:
        _add_pairs(session.scalars(select(Pair)).all()[0], session.add)
        session.flush()
        upsert_worker(session, claim=claim_request("offering", None), principal=key, now=utc_now())
        for model in MODELS:
            wanted = CreateJobsRequest(model=model, benchmark=BENCHMARK)
            create_jobs(session, request=wanted, principal=owner, now=utc_now())
    return Shift(either_installation, key)


def claim_request(name: str, holding: str | None) -> ClaimRequest:
    return ClaimRequest(worker=WorkerInfo(name=name, device="cpu"), models=list(MODELS), holding=holding)


def _add_pairs(known: Pair, add: object) -> None:
    for number in range(PAIRS):
        pair = Pair(
            benchmark_id=known.benchmark_id,
            position=100 + number,
            name=f"crowd{number}_moves",
            prompt="moves",
            scenario="crowd",
            image=f"crowd{number}",
            image_key=known.image_key,
            image_type=known.image_type,
            tags={},
        )
        assert callable(add)
        add(pair)


def test_no_two_workers_ever_get_one_job(shift: Shift) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(shift.work, range(WORKERS)))

    with shift.context.database.read() as session:
        jobs = session.execute(select(func.count()).select_from(Job)).scalar_one()
        done = session.scalars(select(Job.status).distinct()).all()
    assert len(shift.given) == len(set(shift.given)) == jobs
    assert done == [JobStatus.DONE]
    assert {attempt for _, attempt in shift.given} == {1}
    assert shift.loads <= WORKERS + len(MODELS) - 1


def test_jobs_of_workers_that_died_are_each_given_out_once_more(shift: Shift) -> None:
    lost = [each for number in range(WORKERS) for each in shift.claim(number, None)]
    with shift.context.database.write() as session:
        session.execute(update(Job).where(Job.expires_at.is_not(None)).values(expires_at=utc_now()))

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(shift.work, range(WORKERS)))

    attempts = Counter(attempt for _, attempt in shift.given)
    assert attempts[2] == len(lost) > 0
    assert len({job for job, _ in shift.given}) == len(shift.given) == sum(attempts.values())


def test_two_processes_of_one_name_are_one_worker(shift: Shift) -> None:
    def come(_number: int) -> None:
        shift.start.wait(timeout=60)
        shift.claim(0, None)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(come, range(WORKERS)))

    with shift.context.database.read() as session:
        assert session.scalars(select(Worker.name).where(Worker.name == "worker-0")).all() == ["worker-0"]
