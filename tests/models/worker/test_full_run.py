"""A server and two worker processes; one worker is killed, and no clip is lost or generated twice.

`make test` runs 24 pairs of one model; `make prove` runs all 320 pairs of two models.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.benchmarks.images import store_images
from app.benchmarks.service import import_benchmark
from app.clock import utc_now
from app.context import AppContext
from app.settings import Settings
from benchmark.data import bundled_folder
from benchmark.importers.official import read_official
from benchmark.protocol import Role
from tests.app.jobs.acting import worker_actor
from tests.cast import make_actor
from tests.conftest import serving, settings_for
from tests.models.worker.conftest import WorkerServer
from tests.models.worker.toys import TOY, toy_environment
from tests.release import copy_benchmark, first_pairs

SLUG = "bundled"
PATIENCE_S = 760


@dataclass(frozen=True)
class Load:
    """The size of the test: every model generates a clip of every pair."""

    pairs: int
    models: tuple[str, ...]
    lease_s: int

    @property
    def jobs(self) -> int:
        return self.pairs * len(self.models)


PART = Load(24, ("static",), lease_s=5)
# Two processes that load a diffusers pipeline use 13 s of processor time for imports.
# In a long run on a busy machine, the heir may renew a lease of 5 s too late, and then repeats the job.
ALL = Load(320, ("static", TOY), lease_s=30)


@pytest.fixture(params=[PART, pytest.param(ALL, marks=pytest.mark.full_size)], ids=["part", "all"])
def load(request: pytest.FixtureRequest) -> Load:
    made: Load = request.param
    return made


@pytest.fixture
def bench(
    migrated_sqlite: Path, tmp_path: Path, open_one: Callable[[Settings], AppContext], load: Load
) -> Iterator[WorkerServer]:
    """A server with bundled pairs and short leases."""
    shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
    context = open_one(settings_for(tmp_path, job_lease_s=load.lease_s))
    pairs = first_pairs(bundled_folder(), load.pairs)
    source = read_official(copy_benchmark(bundled_folder(), tmp_path / "benchmark", pairs))
    images = store_images(source, store=context.store, sandbox=context.sandbox)
    with context.database.write() as session:
        import_benchmark(
            session, source=source, images=images, slug=SLUG, title=SLUG, now=utc_now(), actor="ada"
        )
    alice = make_actor(context, "alice", Role.RESEARCHER)
    with serving(context) as address:
        yield WorkerServer(address, alice, worker_actor(context, "gpu-room"), tmp_path, context)


@contextmanager
def worker_process(
    bench: WorkerServer, name: str, models: tuple[str, ...], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `ti2v worker`; the process is killed at the end."""
    program = Path(sys.executable).with_name("ti2v")
    words = ("worker", "--models", ",".join(models), "--name", name, "--device", "cpu", "--batch", "4")
    own = {"TI2V_SERVER": bench.address, "TI2V_KEY": bench.worker.key, "XDG_CACHE_HOME": str(bench.folder)}
    with (bench.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *words], env={**os.environ, **environment, **own}, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s"
        time.sleep(0.05)


def suspended_while_holding(bench: WorkerServer, victim: subprocess.Popen[bytes]) -> bool:
    """Suspend the process and return True if it holds a job; else resume it and return False."""
    assert victim.poll() is None, (bench.folder / "victim.log").read_text()
    if not {"done", "leased"} <= bench.counts().keys():
        return False
    victim.send_signal(signal.SIGSTOP)
    if bench.jobs(status="leased"):
        return True
    victim.send_signal(signal.SIGCONT)
    return False


def test_a_killed_worker_loses_no_clip_and_none_is_generated_twice(
    bench: WorkerServer, tmp_path: Path, load: Load
) -> None:
    environment = toy_environment(tmp_path)
    asked = [bench.ask(model, benchmark=SLUG)[0]["id"] for model in load.models]

    with ExitStack() as running:
        victim = running.enter_context(worker_process(bench, "victim", load.models, environment))
        wait_until(lambda: suspended_while_holding(bench, victim), "the victim is at work")
        held = {job["id"] for job in bench.jobs(status="leased")}
        heir = running.enter_context(worker_process(bench, "heir", load.models, environment))
        victim.kill()
        wait_until(lambda: bench.counts() == {"done": load.jobs}, "every clip is there")
        heir.terminate()
        assert heir.wait(timeout=60) == 0

    for submission in asked:
        clips = [clip["pair_id"] for clip in bench.clips(submission)]
        assert len(clips) == len(set(clips)) == load.pairs
        assert bench.submission(submission)["status"] == "final"
    # The victim may have been uploading a clip when it was suspended.
    assert {job["id"] for job in bench.jobs() if job["attempt"] > 1} <= held
    assert bench.worker.key not in (tmp_path / "heir.log").read_text()
