"""A server with short leases, a worker's key, and a benchmark of six pairs."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.context import AppContext
from benchmark.client.client import Client
from benchmark.client.job_api import LeaseApi
from benchmark.client.retry import Retry
from benchmark.client.tls import tls_context
from benchmark.wire.jobs import ClaimedJob, ClaimRequest, WorkerInfo
from models.generators.base import Generator
from models.worker.image_cache import ImageCache
from models.worker.model_host import InlineHost, ModelHost
from models.worker.worker_loop import WorkerLoop, WorkerOptions
from tests.app.jobs.acting import worker_actor
from tests.cast import Actor, Cast

PAIRS = 6
GPU_BOX = WorkerInfo(name="gpu-box", device="cpu")


@dataclass
class WorkerServer:
    """A running server, the researcher Alice, and a worker's key.

    Attributes:
        messages: log of the workers.
    """

    address: str
    alice: Actor
    worker: Actor
    folder: Path
    context: AppContext
    stopping: threading.Event = field(default_factory=threading.Event)
    messages: list[str] = field(default_factory=list)
    opened: list[Client] = field(default_factory=list)

    def ask(self, model: str = "motif", *, benchmark: str = "tiny", **more: object) -> list[dict[str, Any]]:
        """Register a model, create jobs for its clips and return the submissions."""
        with self._alice() as alice:
            alice.put(f"/models/{model}", json={"name": model})
            body = {"model": model, "benchmark": benchmark, "label": "made", **more}
            answer = alice.post("/jobs", json=body)
            assert answer.status_code == 201, answer.text
            submissions: list[dict[str, Any]] = answer.json()["submissions"]
            return submissions

    def jobs(self, **query: str) -> list[dict[str, Any]]:
        with self._alice() as alice:
            jobs: list[dict[str, Any]] = alice.get("/jobs", params={"limit": "1000", **query}).json()["jobs"]
            return jobs

    def counts(self) -> Mapping[str, int]:
        """Return the number of jobs by status, without zeros."""
        with self._alice() as alice:
            counts = alice.get("/jobs", params={"limit": "1"}).json()["counts"]
        return {status: count for status, count in counts.items() if count}

    def submission(self, public_id: str) -> dict[str, Any]:
        with self._alice() as alice:
            found: dict[str, Any] = alice.get(f"/submissions/{public_id}").json()
            return found

    def clips(self, public_id: str) -> list[dict[str, Any]]:
        with self._alice() as alice:
            answer = alice.get(f"/submissions/{public_id}/clips", params={"limit": "1000"})
            clips: list[dict[str, Any]] = answer.json()["clips"]
            return clips

    def cancel(self, submission: str) -> None:
        with self._alice() as alice:
            alice.post("/jobs/cancel", json={"submission": submission})

    def server(self, key: str | None = None) -> LeaseApi:
        """Return the lease API of a client that is closed at the end of the test."""
        client = Client(
            self.address,
            key or self.worker.key,
            retry=Retry.unattended(self.stopping, random.Random(1)),
            on_retry=self.messages.append,
        )
        self.opened.append(client)
        return client.leases

    def run(
        self,
        *generators: Generator,
        batch: int = 2,
        once: bool = False,
        host: Callable[[Callable[[str], Generator]], ModelHost] | None = None,
    ) -> int:
        """Run a worker with these models until it is idle; return the number of uploaded clips."""
        by_name = {generator.name: generator for generator in generators}
        model_host = (host or _inline)(by_name.__getitem__)
        batches = dict.fromkeys(by_name, batch)
        work = WorkerOptions(GPU_BOX, batches, until_idle=True, once=once)
        images = ImageCache(self.folder / "images")
        worker_loop = WorkerLoop(
            self.server(), model_host, images, work, stopping=self.stopping, log=self.messages.append
        )
        try:
            return worker_loop.run()
        finally:
            model_host.close()

    def _alice(self) -> httpx2.Client:
        return httpx2.Client(
            base_url=f"{self.address}/api/v1", headers=self.alice.headers, verify=tls_context()
        )


def claim(server: LeaseApi, count: int = 1) -> list[ClaimedJob]:
    """Lease jobs of the model `motif`."""
    return list(server.claim(ClaimRequest(worker=GPU_BOX, models=["motif"], count=count)))


def _inline(create_generator: Callable[[str], Generator]) -> ModelHost:
    return InlineHost(create_generator, device="cpu", dtype="auto")


@pytest.fixture
def worker_server(cast: Cast, live_server: str, tmp_path: Path) -> Iterator[WorkerServer]:
    worker = worker_actor(cast.context, "gpu-box")
    made = WorkerServer(live_server, cast.alice, worker, tmp_path, cast.context)
    yield made
    for client in made.opened:
        client.close()
