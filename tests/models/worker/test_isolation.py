"""A program that a model starts cannot find the worker's key, but can use its own folders."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.generators.isolation import isolation_problem
from tests.models.generators.checkout_of import checkout_of, recipe_of
from tests.models.worker.conftest import PAIRS, WorkerServer

MODEL = "thief"
TIME_LIMIT_S = 120
WORKER = (sys.executable, "-c", "import sys; from benchmark.cli.main import main; sys.exit(main())", "worker")
needs_namespaces = pytest.mark.skipif(
    isolation_problem() is not None, reason=f"no namespaces on this system: {isolation_problem()}"
)


@pytest.fixture
def checkout(worker_server: WorkerServer) -> Path:
    """A checkout of the model `thief`, and its adapter in `worker_server.folder / "adapters"`."""
    shipped = recipe_of("consisti2v")
    folder = checkout_of(shipped, worker_server.folder / "checkouts" / MODEL)
    shutil.copy(Path(__file__).with_name("key_thief.py"), folder)
    adapters = worker_server.folder / "adapters"
    adapters.mkdir()
    (adapters / f"{MODEL}.toml").write_text(
        f"""
        kind = "subprocess"
        name = "{MODEL}"
        title = "Looks for the worker's key."
        licence = "Apache-2.0"
        url = "https://example.org/thief"
        verified = "used in tests"
        gpu_gib = 0
        batch = {PAIRS}
        command = ["{{python}}", "key_thief.py", "{{requests_file}}"]
        native = {{width = 64, height = 64, frames = 4, fps = 8}}
        repository = {{url = "https://github.com/example/thief", commit = "{shipped.repository.commit}"}}
        environment = {{python = "3.11", steps = ["uv venv .venv"]}}
        weights = [{{source = "example/thief", gb = 1, licence = "MIT", into = "weights/ConsistI2V"}}]
        staging = {{requests_file = "requests.jsonl"}}
        output = {{pattern = "output/{{stem}}.mp4"}}
        seed = {{per = "clip"}}
        limits = {{load_s = 60, clip_s = 60}}
        """
    )
    return folder


@contextmanager
def started_worker(
    worker_server: WorkerServer,
    checkout: Path,
    *words: str,
    descriptor: int | None = None,
    **environment: str,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a worker for the jobs of the model `thief`, and write the file with the thief's targets."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    own = {"TI2V_ADAPTERS": str(worker_server.folder / "adapters"), "TI2V_CHECKOUTS": str(checkout.parent)}
    options = ["--server", worker_server.address, "--models", MODEL, "--device", "cpu", "--until-idle"]
    with (worker_server.folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [*WORKER, *options, "--images", str(worker_server.folder / "images"), *words],
            env={**inherited, **own, **environment},
            stderr=log,
            pass_fds=() if descriptor is None else (descriptor,),
        )
    target = {
        "pid": process.pid,
        "namespaces": {
            kind: str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("user", "pid", "mnt")
        },
        "key_reversed": worker_server.worker.key[::-1],
        "folders": [str(worker_server.folder)],
        "mounts": [str(each) for each in [key_file(worker_server)] if each.exists()],
    }
    (checkout / "target.json").write_text(json.dumps(target))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def key_file(worker_server: WorkerServer) -> Path:
    return worker_server.folder / "worker.key"


def found_by_thief(
    worker_server: WorkerServer,
    checkout: Path,
    *words: str,
    descriptor: int | None = None,
    **environment: str,
) -> list[str]:
    """Run the worker until all jobs are done; return where the thief found the key."""
    submission = worker_server.ask(MODEL)[0]["id"]
    with started_worker(worker_server, checkout, *words, descriptor=descriptor, **environment) as process:
        status = process.wait(TIME_LIMIT_S)
    log = (worker_server.folder / "worker.log").read_text()
    assert status == 0, log
    assert f"Uploaded {PAIRS} clips." in log
    assert len(worker_server.clips(submission)) == PAIRS
    found: list[str] = json.loads((checkout / "found.json").read_text())
    return found


@needs_namespaces
@pytest.mark.parametrize("way", ["environment", "file", "descriptor"])
def test_a_program_of_a_model_finds_the_key_nowhere(
    way: str, worker_server: WorkerServer, checkout: Path
) -> None:
    key = worker_server.worker.key
    if way == "environment":
        found = found_by_thief(worker_server, checkout, TI2V_KEY=key)
    elif way == "file":
        key_file(worker_server).write_text(key)
        found = found_by_thief(worker_server, checkout, "--key-file", str(key_file(worker_server)))
    else:
        reading, writing = os.pipe()
        os.write(writing, key.encode())
        os.close(writing)
        option = ("--key-file", f"/dev/fd/{reading}")
        try:
            found = found_by_thief(worker_server, checkout, *option, descriptor=reading)
        finally:
            os.close(reading)

    assert found == []
    assert "get no namespaces" not in (worker_server.folder / "worker.log").read_text()


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root may read a hidden process")
def test_without_namespaces_root_finds_the_key_and_the_worker_says_so_once(
    worker_server: WorkerServer, checkout: Path
) -> None:
    found = found_by_thief(worker_server, checkout, TI2V_KEY=worker_server.worker.key, TI2V_ISOLATION="off")

    assert any(each.startswith("memory of") for each in found)
    assert any(each.startswith("ptrace of") for each in found)
    log = (worker_server.folder / "worker.log").read_text()
    assert log.count("get no namespaces of their own (TI2V_ISOLATION is off)") == 1
