"""Functions that act as a researcher and as workers on jobs over REST."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from app.context import AppContext
from benchmark.protocol import Role
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, Actor, make_actor, small_clip

JobJson = dict[str, Any]


def ask(client: TestClient, model: str = "motif", **more: object) -> JobJson:
    """Create jobs for a model's clips; the label differs from the labels of the cast's submissions."""
    answer = client.post(
        "/api/v1/jobs", json={"model": model, "benchmark": BENCHMARK, "label": "asked", **more}
    )
    assert answer.status_code == 201, answer.text
    asked: JobJson = answer.json()
    return asked


def jobs_of(client: TestClient, **query: str) -> JobJson:
    answer = client.get("/api/v1/jobs", params=query)
    assert answer.status_code == 200, answer.text
    listed: JobJson = answer.json()
    return listed


@dataclass(frozen=True)
class WorkerProgram:
    """A worker as a REST client, with a key and a name."""

    client: TestClient
    name: str = "gpu-box"

    def try_to_claim(self, *models: str, holding: str | None = None, count: int = 1) -> Response:
        return self.client.post(
            "/api/v1/jobs/claim",
            json={
                "worker": {"name": self.name, "device": "cuda:0", "gpu": "A GPU"},
                "models": models or ["motif"],
                "holding": holding,
                "count": count,
            },
        )

    def claim(self, *models: str, holding: str | None = None, count: int = 1) -> list[JobJson]:
        answer = self.try_to_claim(*models, holding=holding, count=count)
        assert answer.status_code == 200, answer.text
        jobs: list[JobJson] = answer.json()["jobs"]
        return jobs

    def post(self, job: JobJson, verb: str, **body: object) -> Response:
        return self.client.post(f"/api/v1/jobs/{job['id']}/{verb}", json={"attempt": job["attempt"], **body})

    def fail(self, job: JobJson, kind: str = "crash", message: str = "it fell over", **more: str) -> Response:
        return self.post(job, "fail", kind=kind, message=message, **more)

    def finish(
        self, job: JobJson, clip: bytes | None = None, provenance: object = None, **headers: str
    ) -> Response:
        named = {"Ti2v-Job": job["id"], "Ti2v-Attempt": str(job["attempt"])}
        if provenance is not None:
            named["Ti2v-Provenance"] = encoded(provenance)
        return self.client.put(
            f"/api/v1/submissions/{job['submission']}/clips/{job['pair_id']}",
            content=clip if clip is not None else clip_for(job),
            headers=named | headers,
        )


def encoded(provenance: object) -> str:
    return base64.b64encode(json.dumps(provenance).encode()).decode()


def clip_for(job: JobJson) -> bytes:
    """Return a clip for a job; each pair has its own shade."""
    return small_clip(shade=sum(job["pair_id"].encode()) % 100)


def worker_program(context: AppContext, name: str = "gpu-box") -> WorkerProgram:
    return WorkerProgram(client_of(context, worker_actor(context, name)), name)


def worker_actor(context: AppContext, name: str) -> Actor:
    return make_actor(context, name, Role.WORKER)
