"""Leases of jobs: claims, expiry and retries. Time is an argument, so no test waits."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.context import AppContext
from app.errors import Conflict
from app.jobs import claims, leases, service
from app.jobs.leases import Failure, LeasePolicy
from app.jobs.requests import create_jobs
from app.jobs.workers import upsert_worker
from app.security.identity import Principal
from app.tables.jobs import Job, Worker
from benchmark.protocol import FailureKind, JobStatus, Role
from benchmark.wire.jobs import ClaimedJob, ClaimRequest, CreateJobsRequest, WorkerInfo
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_actor
from tests.statements import recorded_statements

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERMS = LeasePolicy(lease_s=300, attempts=3, backoff_s=30, longest_backoff_s=100)
CRASH = Failure(FailureKind.CRASH, "it fell over", "Traceback")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@dataclass
class Yard:
    """Workers that call the services directly, without HTTP."""

    context: AppContext
    owner: Principal
    key: Principal

    def ask(self, model: str, *, priority: int = 0, pairs: int = len(PAIR_IDS), label: str = "asked") -> None:
        wanted = CreateJobsRequest(
            model=model, benchmark=BENCHMARK, pairs=list(PAIR_IDS[:pairs]), label=label, priority=priority
        )
        with self.context.database.write() as session:
            create_jobs(session, request=wanted, principal=self.owner, now=NOON)

    def claim(
        self,
        name: str = "one",
        *models: str,
        holding: str | None = None,
        count: int = 1,
        at: float = 0,
    ) -> list[ClaimedJob]:
        asked = ClaimRequest(
            worker=WorkerInfo(name=name, device="cpu"),
            models=list(models or ("motif", "cinemo", "dynamicrafter")),
            holding=holding,
        )
        with self.context.database.write() as session:
            worker = upsert_worker(session, claim=asked, principal=self.key, now=after(at))
            return claims.claim(session, worker=worker, count=count, policy=TERMS, now=after(at))

    def fail(self, leased: ClaimedJob, failure: Failure = CRASH, *, at: float = 0) -> Job:
        with self.context.database.write() as session:
            job = leases.held_job(session, public_id=leased.id, attempt=leased.attempt, principal=self.key)
            leases.fail(session, job=job, failure=failure, policy=TERMS, now=after(at))
            return job

    def renew(self, leased: ClaimedJob, *, at: float) -> datetime:
        with self.context.database.write() as session:
            job = leases.held_job(session, public_id=leased.id, attempt=leased.attempt, principal=self.key)
            return leases.renew(session, job=job, policy=TERMS, now=after(at))

    def release(self, leased: ClaimedJob, *, at: float = 0) -> None:
        with self.context.database.write() as session:
            job = leases.held_job(session, public_id=leased.id, attempt=leased.attempt, principal=self.key)
            leases.release(session, job=job, now=after(at))

    def job(self, leased: ClaimedJob) -> Job:
        with self.context.database.read() as session:
            return row_of(session, leased)

    def worker(self, name: str = "one") -> Worker:
        with self.context.database.read() as session:
            return session.execute(select(Worker).where(Worker.name == name)).scalar_one()


@pytest.fixture
def yard(cast: Cast) -> Yard:
    key = make_actor(cast.context, "gpu-key", Role.WORKER).principal
    return Yard(cast.context, cast.alice.principal, key)


def row_of(session: Session, claimed: ClaimedJob) -> Job:
    return session.execute(select(Job).where(Job.public_id == claimed.id)).scalar_one()


def models(claimed: list[ClaimedJob]) -> list[str]:
    return [each.model for each in claimed]


def test_jobs_of_the_model_in_memory_precede_urgent_jobs_of_other_models(yard: Yard) -> None:
    yard.ask("cinemo", priority=5)
    yard.ask("motif")

    assert models(yard.claim(holding="motif", count=2)) == ["motif", "motif"]


def test_one_claim_is_all_of_one_model(yard: Yard) -> None:
    yard.ask("motif", pairs=2)
    yard.ask("cinemo")

    assert models(yard.claim(count=32)) == ["motif", "motif"]
    assert models(yard.claim(holding="motif", count=32)) == ["cinemo"] * len(PAIR_IDS)


def test_without_a_model_in_memory_urgent_jobs_come_first_then_the_oldest(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    yard.ask("cinemo", pairs=1)
    yard.ask("dynamicrafter", pairs=1, priority=1)

    order = [models(yard.claim("one", holding=None))[0] for _ in range(3)]

    assert order == ["dynamicrafter", "motif", "cinemo"]


def test_within_a_model_urgent_jobs_come_first_then_the_oldest(yard: Yard) -> None:
    yard.ask("motif", pairs=2)
    yard.ask("motif", pairs=2, label="urgent", priority=1)

    claimed = yard.claim(holding="motif", count=4)

    assert [(yard.job(each).priority, each.pair_id) for each in claimed] == [
        (1, PAIR_IDS[0]),
        (1, PAIR_IDS[1]),
        (0, PAIR_IDS[0]),
        (0, PAIR_IDS[1]),
    ]


def test_a_worker_gets_no_model_it_does_not_offer(yard: Yard) -> None:
    yard.ask("motif")

    assert yard.claim("one", "cinemo", holding="motif") == []


def test_a_second_worker_starts_with_a_model_that_no_worker_holds(yard: Yard) -> None:
    yard.ask("motif")
    yard.ask("cinemo")

    assert models(yard.claim("one")) == ["motif"]
    assert models(yard.claim("two")) == ["cinemo"]
    # A third helps where the oldest jobs are.
    assert models(yard.claim("three")) == ["motif"]


def test_who_helped_once_waits_for_a_model_of_its_own(yard: Yard) -> None:
    yard.ask("motif", pairs=2)
    yard.ask("cinemo", pairs=3)
    yard.claim("one", count=1)
    yard.claim("two", count=1)
    assert models(yard.claim("helper", count=1)) == ["motif"]

    refused = yard.claim("helper", holding="motif")
    yard.ask("dynamicrafter", pairs=1)
    own = yard.claim("helper", holding="motif")

    # Two clips of cinemo wait, but another worker has cinemo in memory and will soon generate them.
    assert refused == []
    assert models(own) == ["dynamicrafter"]


def test_a_helper_that_lost_its_model_may_load_it_again(yard: Yard) -> None:
    yard.ask("motif", pairs=3)
    yard.claim("one", count=1)
    assert models(yard.claim("helper", count=1)) == ["motif"]

    # The process of the helper died, so the helper has no model in memory.
    assert models(yard.claim("helper", holding=None, count=1)) == ["motif"]


def test_help_is_worth_another_load_where_minutes_of_work_are_left(yard: Yard) -> None:
    yard.ask("motif", pairs=2)
    yard.ask("cinemo", pairs=5)
    yard.claim("one", count=1)
    (slow,) = yard.claim("two", count=1)
    yard.claim("helper", count=1)
    with yard.context.database.write() as session:
        leases.finish(session, job=row_of(session, slow), now=after(200))

    # One clip in 200 s, four waiting, two workers: 400 s for each.
    assert models(yard.claim("helper", holding="motif", at=200)) == ["cinemo"]


def test_a_new_queue_finds_everybody_ready_to_help(yard: Yard) -> None:
    yard.ask("motif", pairs=2)
    yard.claim("one", count=1)
    yard.claim("helper", count=1)
    assert yard.claim("helper", holding="motif") == []

    yard.ask("cinemo", pairs=2)
    yard.claim("one", holding="motif", count=1)

    assert models(yard.claim("helper", holding="motif")) == ["cinemo"]


def test_a_worker_that_left_long_ago_does_not_block_a_model(yard: Yard) -> None:
    yard.ask("motif")
    yard.ask("cinemo")
    yard.claim("one")

    assert models(yard.claim("two", at=TERMS.lease_s)) == ["motif"]


def test_the_next_claim_frees_an_expired_lease_and_counts_a_failure(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (silent,) = yard.claim("one")

    before = yard.claim("two", at=TERMS.lease_s - 1)
    (again,) = yard.claim("two", at=TERMS.lease_s)

    assert before == []
    assert (again.id, again.attempt) == (silent.id, 2)
    job = yard.job(again)
    assert (job.failures, job.failure_kind) == (1, FailureKind.TIMEOUT)
    with pytest.raises(Conflict) as refusal:
        yard.renew(silent, at=TERMS.lease_s + 1)
    assert refusal.value.code == "stale_attempt"


def test_a_renewed_lease_lasts(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (held,) = yard.claim("one")

    assert yard.renew(held, at=200) == after(500)

    assert yard.claim("two", at=499) == []
    assert yard.worker().last_seen_at == after(200)


def test_an_expired_lease_is_renewed_if_no_other_worker_has_the_job(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (held,) = yard.claim("one")

    assert yard.renew(held, at=400) == after(700)


def test_a_job_that_is_given_back_is_free_at_once_and_counts_for_nothing(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (held,) = yard.claim("one")

    yard.release(held)

    (again,) = yard.claim("two")
    assert (again.attempt, yard.job(again).failures) == (2, 0)


def test_a_failure_rests_longer_each_time_and_the_third_is_the_last(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (first,) = yard.claim(at=0)

    assert yard.fail(first, at=0).ready_at == after(30)
    assert yard.claim(at=29) == []
    (second,) = yard.claim(at=30)
    assert yard.fail(second, at=30).ready_at == after(90)
    (third,) = yard.claim(at=90)
    job = yard.fail(third, at=90)

    assert (job.status, job.failures, job.ended_at) == (JobStatus.FAILED, 3, after(90))
    assert (job.failure_kind, job.failure_message, job.log_tail) == (CRASH.kind, CRASH.message, CRASH.log)
    assert yard.claim(at=10_000) == []


def test_the_rest_is_capped() -> None:
    pauses = [TERMS.pause_after(failures).total_seconds() for failures in (1, 2, 3, 100)]

    assert pauses == [30, 60, 100, 100]


def test_bad_input_is_not_tried_again(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (held,) = yard.claim()

    job = yard.fail(held, Failure(FailureKind.BAD_INPUT, "the image is no image"))

    assert (job.status, job.failures) == (JobStatus.FAILED, 1)


def test_silence_three_times_is_a_failure_too(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    for turn in range(TERMS.attempts):
        (held,) = yard.claim(at=turn * TERMS.lease_s)

    assert yard.claim(at=TERMS.attempts * TERMS.lease_s) == []
    assert yard.job(held).status is JobStatus.FAILED


def test_what_failed_starts_anew_when_it_is_tried_again(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (held,) = yard.claim()
    yard.fail(held, replace(CRASH, kind=FailureKind.BAD_INPUT))

    with yard.context.database.write() as session:
        job = service.find_job(session, public_id=held.id, principal=yard.owner)
        service.retry_job(session, job=job, principal=yard.owner, now=after(1))

    (again,) = yard.claim(at=1)
    job = yard.job(again)
    assert (again.attempt, job.failures, job.failure_kind) == (2, 0, None)


def test_a_cancelled_job_is_queued_again_only_by_a_new_request(yard: Yard) -> None:
    yard.ask("motif", pairs=1)
    (held,) = yard.claim()
    with yard.context.database.write() as session:
        service.cancel_job(session, job=row_of(session, held), principal=yard.owner, now=NOON)

    with pytest.raises(Conflict) as refusal:
        yard.renew(held, at=1)
    nothing = yard.claim()
    yard.ask("motif", pairs=1)

    assert refusal.value.code == "cancelled"
    assert nothing == []
    assert [each.attempt for each in yard.claim()] == [2]


def test_the_newest_description_of_a_worker_is_stored(yard: Yard) -> None:
    yard.ask("motif")
    yard.claim("one", "motif", "motif", "cinemo")
    yard.claim("one", "cinemo", at=5)

    worker = yard.worker()
    assert (worker.models, worker.held_model) == (["cinemo"], None)
    assert (worker.first_seen_at, worker.last_seen_at) == (NOON, after(5))


def test_signs_of_life_close_together_are_written_once(yard: Yard) -> None:
    yard.ask("motif")
    (held,) = yard.claim("one", at=0)

    yard.claim("one", holding="motif", at=1)
    yard.renew(held, at=1.5)
    close = yard.worker().last_seen_at
    yard.renew(held, at=2)

    assert (close, yard.worker().last_seen_at) == (NOON, after(2))


def test_a_claim_of_the_model_in_memory_needs_four_statements(yard: Yard) -> None:
    """One statement each for the worker, expired leases, the jobs and their new leases."""
    yard.ask("motif")
    yard.claim("one", count=1)

    with recorded_statements() as statements:
        assert len(yard.claim("one", holding="motif", count=2)) == 2

    assert len([each for each in statements if not each.sql.startswith("PRAGMA")]) == 4
