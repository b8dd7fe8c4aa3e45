"""Measures a worker with a server: the worker's overhead per clip, and how often it loads models.

The generator sleeps for the time of a clip, so the rest of the time is the worker's overhead. Clips have 16
noisy frames of 320x320 and are uploaded to `ti2v serve` on the same machine.
"""

import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import httpx2
import numpy as np

from app import migrations
from app.database import Database
from app.security.identity import create_key, person_named
from app.settings import Settings
from app.tables.bench import Pair
from benchmark.client.client import Client
from benchmark.client.retry import Retry
from benchmark.protocol import Role
from benchmark.wire.jobs import WorkerInfo
from models.generators.base import ClipRequest, GeneratedClip, Provenance
from models.worker.image_cache import ImageCache
from models.worker.model_host import InlineHost
from models.worker.worker_loop import WorkerLoop, WorkerOptions
from perf.server import running_server
from perf.synthetic_studies import START, synthetic_benchmark
from perf.uploads import store_image

CLIPS = 20
CLIP_S = 3.0
TARGET_SHARE, TARGET_MS = 0.05, 50.0
MODELS = ("one", "two", "three", "four")
WORKERS = 2
CLIPS_A_MODEL = 12


class SleepingGenerator:
    """A generator that sleeps as long as a real network would run, and yields noise."""

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self._seconds = seconds
        rng = np.random.default_rng(7)
        noise = rng.integers(0, 256, (16, 80, 80, 3), dtype=np.uint8)
        self._frames = noise.repeat(4, axis=1).repeat(4, axis=2)
        self.busy: list[tuple[float, float]] = []

    def load(self, device: str, dtype: str) -> None:
        """Do nothing."""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        for request in requests:
            started = time.perf_counter()
            time.sleep(self._seconds)
            self.busy.append((started, time.perf_counter()))
            provenance = Provenance(self.name, request.seed, 320, 320, 16, "8", "cpu", "uint8", self._seconds)
            yield GeneratedClip(request.pair_id, request.seed, self._frames, Fraction(8), provenance)

    def unload(self) -> None:
        """Do nothing."""


def main() -> None:
    """Print both measurements."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        researcher, worker, names = prepare(home)
        with running_server(home) as server:
            address = f"http://127.0.0.1:{server.port}"
            ask(address, researcher, "network", names[:CLIPS])
            print_overhead(address, worker, Path(folder))
            for model in MODELS:
                ask(address, researcher, model, names[:CLIPS_A_MODEL])
            print_loads(address, worker, Path(folder))


def print_overhead(address: str, key: str, folder: Path) -> None:
    clock, cpu = SleepingGenerator("network", CLIP_S), time.process_time()
    worker_loop, _ = made_lane(address, key, folder, {"network": clock})
    made = worker_loop.run()
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    idle = [1000 * (after[0] - before[1]) for before, after in pairwise(clock.busy)]
    print(f"{made} clips of {CLIP_S:.0f} s each, load average {os.getloadavg()[0]:.1f}")
    print(
        f"idle time between two clips: median {np.median(idle):.0f} ms, mean {np.mean(idle):.0f} ",
        end="",
    )
    print(f"(target {TARGET_MS:.0f}), {np.mean(idle) / 1000 / CLIP_S:.1%} of it (target {TARGET_SHARE:.0%})")
    print(f"after the last clip {1000 * (ended - clock.busy[-1][1]):.0f} ms until all uploads are complete")
    print(f"processor time of the worker {1000 * cpu / made:.0f} ms per clip, including encoding and upload")


def print_loads(address: str, key: str, folder: Path) -> None:
    """Print how often workers load a model if the workers share a queue with jobs of several models."""
    clocks = {model: SleepingGenerator(model, 0.05) for model in MODELS}
    worker_loops = [made_lane(address, key, folder, clocks, f"worker-{n}") for n in range(WORKERS)]
    threads = [threading.Thread(target=worker_loop.run) for worker_loop, _ in worker_loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loads = sum(host.loads for _, host in worker_loops)
    clips = len(MODELS) * CLIPS_A_MODEL
    print(
        f"\n{clips} clips of {len(MODELS)} models by {WORKERS} workers: models loaded {loads} times ", end=""
    )
    print(f"(target {WORKERS + len(MODELS) - 1})")


def made_lane(
    address: str, key: str, folder: Path, clocks: Mapping[str, SleepingGenerator], name: str = "measured"
) -> tuple[WorkerLoop, InlineHost]:
    stopping = threading.Event()
    server = Client(address, key, retry=Retry.unattended(stopping, random.Random(1))).leases
    host = InlineHost(clocks.__getitem__, device="cpu", dtype="auto")
    options = WorkerOptions(WorkerInfo(name=name, device="cpu"), dict.fromkeys(clocks, 1), until_idle=True)
    images = ImageCache(folder / "images")
    return WorkerLoop(server, host, images, options, stopping=stopping, log=lambda _: None), host


def prepare(home: Path) -> tuple[str, str, list[str]]:
    """Create a database with a benchmark. Return a researcher key, a worker key, and the pairs."""
    database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
    migrations.upgrade(database)
    with database.write() as session:
        keys = []
        for role in (Role.RESEARCHER, Role.WORKER):
            person = person_named(session, name=role.value, role=role, now=START)
            keys.append(create_key(session, person=person, now=START))
        benchmark = synthetic_benchmark(session)
        image_key = store_image(home)
        names = []
        for pair in session.query(Pair).filter_by(benchmark_id=benchmark.id):
            pair.image_key = image_key
            names.append(pair.name)
    database.close()
    return keys[0], keys[1], names


def ask(address: str, key: str, model: str, pairs: Sequence[str]) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    with closing(httpx2.Client(base_url=f"{address}/api/v1", headers=headers)) as client:
        client.put(f"/models/{model}", json={"name": model}).raise_for_status()
        wish = {"model": model, "benchmark": "large", "pairs": list(pairs)}
        client.post("/jobs", json=wish).raise_for_status()


if __name__ == "__main__":
    main()
