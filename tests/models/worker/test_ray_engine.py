"""Workers on Ray: replacement of dead actors, errors, and isolation of a local cluster."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import pytest

if find_spec("ray") is None:
    pytest.skip("the extra `ray` is not installed", allow_module_level=True)

# Import before Ray: the module sets variables that Ray reads when it is imported.
from models.worker.ray_engine import ray_cluster  # isort: skip

import psutil
from ray.cluster_utils import Cluster

from benchmark.client.client import Client
from benchmark.protocol import SuiteName
from models.generators.base import BadInput, ClipRequest
from models.worker.errors import RayUnavailable
from models.worker.ray_host import RayHost
from tests.models.worker.conftest import PAIRS, WorkerServer
from tests.models.worker.toys import TOY, toy_environment

# Ray leaves sockets and processes to the garbage collector, which causes ResourceWarnings.
pytestmark = pytest.mark.filterwarnings("ignore")

Started = TypeVar("Started")

PATIENCE_S = 240
NODE = {"node_ip_address": "127.0.0.1", "num_cpus": 1, "object_store_memory": 80 * 2**20}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of Ray and its actors: a toy MotiF, and a temporary path short enough for sockets."""
    short = tempfile.mkdtemp(prefix="ray-")
    made = toy_environment(tmp_path_factory.mktemp("toy"))
    with Path(__file__).open() as one_at_a_time, pytest.MonkeyPatch.context() as patch:
        # Start one node at a time: Ray limits the start to 30 s, too little for two at once on two cores.
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        for name, value in {**made, "RAY_TMPDIR": short, "HOME": short}.items():
            patch.setenv(name, value)
        yield made
    while Path(short).exists():  # a dying process may still write to it
        shutil.rmtree(short, ignore_errors=True)
        time.sleep(0.1)


@pytest.fixture(scope="module")
def head(environment: dict[str, str]) -> Iterator[Cluster]:
    """A cluster on loopback whose head node can run one actor."""
    made = with_retries(
        lambda: Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    )
    try:
        yield made
    finally:
        made.shutdown()


@pytest.fixture
def two_nodes(head: Cluster) -> Cluster:
    """The cluster with a second node, which can also run one actor."""
    if not head.worker_nodes:
        with_retries(lambda: head.add_node(**NODE))
    return head


def with_retries(start: Callable[[], Started]) -> Started:
    """Start a node, and retry if a busy machine exceeds the limit of 30 s for the start."""
    for _ in range(3):
        try:
            return start()
        except Exception as error:  # Ray has no class for it
            if "timed out during startup" not in str(error):
                raise
    return start()


@contextmanager
def ray_worker(worker_server: WorkerServer, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `ti2v worker --engine ray`; the process is killed at the end."""
    program = Path(sys.executable).with_name("ti2v")
    own = {
        "TI2V_SERVER": worker_server.address,
        "TI2V_KEY": worker_server.worker.key,
        "XDG_CACHE_HOME": str(worker_server.folder),
        "TI2V_HOME": str(worker_server.folder),
    }
    fixed = ("worker", "--engine", "ray", "--device", "cpu", "--batch", "2", "--name", "ray-room")
    with (worker_server.folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *fixed, *words], env={**os.environ, **own}, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            for each in [*descendants(process.pid), process]:
                each.kill()
            process.wait()


@contextmanager
def started_ray_worker(worker_server: WorkerServer, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `ti2v worker --engine ray` with a local cluster; retry the start like `with_retries`."""
    with ExitStack() as running:
        for _ in range(3):
            process = running.enter_context(ray_worker(worker_server, *words))
            wait_until(partial(has_started_or_ended, worker_server, process), worker_server)
            if process.poll() is None or "timed out during startup" not in log_of(worker_server):
                break
        yield process


def has_started_or_ended(worker_server: WorkerServer, process: subprocess.Popen[bytes]) -> bool:
    return " actors on " in log_of(worker_server) or process.poll() is not None


def descendants(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True) if psutil.pid_exists(pid) else []


def actors(pid: int) -> list[psutil.Process]:
    """Return the actors among the descendants of a process."""
    return [each for each in descendants(pid) if "ModelActor" in each.name() + "".join(each.cmdline())]


def wait_until(condition: Callable[[], object], worker_server: WorkerServer) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, log_of(worker_server)
        time.sleep(0.1)


def log_of(worker_server: WorkerServer) -> str:
    return (worker_server.folder / "worker.log").read_text()


def assert_every_clip_once(worker_server: WorkerServer, submissions: list[str]) -> None:
    """Check the clips of submissions; a submission is listed once for each of its seeds."""
    assert worker_server.counts() == {"done": len(submissions) * PAIRS}, log_of(worker_server)
    for submission, seeds in Counter(submissions).items():
        clips = [(clip["pair_id"], clip["seed"]) for clip in worker_server.clips(submission)]
        assert len(clips) == len(set(clips)) == seeds * PAIRS
        assert worker_server.submission(submission)["status"] == "final"


def kill_a_node(nodes: Cluster) -> None:
    [node] = nodes.worker_nodes
    nodes.remove_node(node, allow_graceful=False)


def kill_an_actor(nodes: Cluster) -> None:
    actors(os.getpid())[0].kill()


@pytest.mark.parametrize(("kill", "seeds"), [(kill_an_actor, 4), (kill_a_node, 8)])
def test_a_dead_actor_or_node_is_replaced_and_every_clip_generated_once(
    worker_server: WorkerServer, two_nodes: Cluster, kill: Callable[[Cluster], None], seeds: int
) -> None:
    asked = [made["id"] for made in worker_server.ask("static", seeds=list(range(seeds)))]
    words = ("--models", "static", "--actors", "2", "--ray-address", two_nodes.address, "--until-idle")

    with ray_worker(worker_server, *words) as running:
        wait_until(lambda: worker_server.counts().get("done", 0) >= 4, worker_server)
        kill(two_nodes)
        assert running.wait(timeout=PATIENCE_S) == 0, log_of(worker_server)

    assert "before restart 1 of 8. The actor or its node died; the jobs are released." in log_of(
        worker_server
    )
    assert_every_clip_once(worker_server, asked)


def test_an_exception_in_an_actor_is_re_raised(two_nodes: Cluster, tmp_path: Path) -> None:
    image = tmp_path / "image.png"
    image.write_bytes(b"no image")
    with ray_cluster(two_nodes.address):
        host = RayHost(device="cpu", dtype="auto", log=print)
        host.load("static")

        with pytest.raises(BadInput, match=r"The input image 0-image\.png cannot be read\."):
            list(host.generate([ClipRequest("a", image, "A cat runs.")]))

        assert host.loaded_model == "static"
        host.close()


def test_a_local_cluster_generates_measures_listens_on_loopback_and_does_not_get_the_key(
    worker_server: WorkerServer, environment: dict[str, str]
) -> None:
    models = ("static", TOY)
    [asked, _] = [made for model in models for made in worker_server.ask(model)]
    words = ("--models", ",".join(models), "--actors", "1")
    with (
        Client(worker_server.address, worker_server.alice.key) as alice,
        started_ray_worker(worker_server, *words) as running,
    ):
        wait_until(lambda: worker_server.counts() == {"done": len(models) * PAIRS}, worker_server)
        assert alice.metrics.measure(asked["id"], SuiteName.MOTION) == PAIRS
        wait_until(
            lambda: alice.metrics.progress(asked["id"]).suites[-1].counts["done"] == PAIRS, worker_server
        )
        assert alice.metrics.scores(asked["id"], SuiteName.MOTION).means["freezes"].mean == 1
        [actor] = actors(running.pid)

        assert "TI2V_KEY" not in actor.environ()
        assert worker_server.worker.key not in str([each.environ() for each in descendants(running.pid)])
        assert listening_addresses(running.pid) == {"127.0.0.1"}

        running.terminate()
        assert running.wait(timeout=PATIENCE_S) == 0, log_of(worker_server)
    assert f"Uploaded {len(models) * PAIRS} clips" in log_of(worker_server)
    assert f"Lane 1: Measured {PAIRS} clips." in log_of(worker_server)


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("127.0.0.1:1", r"No Ray cluster answers at 127\.0\.0\.1:1: .*refused"),
        ("nonsense", r"Ray could not be joined\. Invalid address"),
    ],
)
def test_a_missing_cluster_is_an_immediate_error(address: str, answer: str) -> None:
    with pytest.raises(RayUnavailable, match=answer), ray_cluster(address):
        pass


def listening_addresses(pid: int) -> set[str]:
    return {
        connection.laddr.ip.removeprefix("::ffff:")
        for each in [psutil.Process(pid), *descendants(pid)]
        for connection in connections(each)
        if connection.status == psutil.CONN_LISTEN
    }


def connections(process: psutil.Process) -> list[Any]:
    """Return the connections of a process; an empty list if the process has ended."""
    try:
        return process.net_connections("inet")
    except psutil.NoSuchProcess:
        return []
