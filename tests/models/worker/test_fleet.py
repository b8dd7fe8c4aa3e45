"""A fleet of sixteen lanes with three faulty lanes: the other lanes generate every clip exactly once."""

import threading
import time
from collections.abc import Callable

import httpx2
import pytest

from benchmark.client.errors import NotAllowed
from models.generators.base import CannotRun, ClipRequest, Crashed, GeneratedClip, Generator
from models.worker.errors import HostLost, NoLaneLeft
from models.worker.fleet import Fleet, RestartPolicy
from models.worker.image_cache import ImageCache
from models.worker.model_host import InlineHost, ModelHost
from models.worker.worker_loop import WorkerOptions
from tests.cast import PAIR_IDS
from tests.models.worker.conftest import GPU_BOX, PAIRS, WorkerServer
from tests.models.worker.toys import Scripted

LANES = 16
NO_WEIGHTS, SICK, DEAD = 2, 5, 9
POLICY = RestartPolicy(restarts=2, pause_s=0.01, longest_pause_s=0.02, starting_s=0.2)


class Missing(Scripted):
    """A model whose node has no weights."""

    def __init__(self, asked: threading.Event) -> None:
        super().__init__()
        self._asked = asked

    def load(self, device: str, dtype: str) -> None:  # noqa: ARG002 - signature of the protocol
        self._asked.set()
        raise CannotRun("The weights are missing: 5 GB.")


class Sick(Scripted):
    """A model on a GPU that fails every clip."""

    def __init__(self, failed: threading.Event) -> None:
        super().__init__()
        self._failed = failed

    def _clip(self, request: ClipRequest) -> GeneratedClip:  # noqa: ARG002 - as in Scripted
        self._failed.set()
        raise Crashed("The GPU fell off the bus.")


class Dead(Scripted):
    """A model whose process dies at every clip."""

    def __init__(self, died: threading.Event) -> None:
        super().__init__()
        self._died = died

    def _clip(self, request: ClipRequest) -> GeneratedClip:  # noqa: ARG002 - as in Scripted
        self._died.set()
        raise HostLost("The actor or its node died; the jobs are released.")


class Careful(Scripted):
    """A working model that generates its first clip after the broken lanes have failed."""

    def __init__(self, *broken: threading.Event) -> None:
        super().__init__()
        self._broken = broken

    def _clip(self, request: ClipRequest) -> GeneratedClip:
        for event in self._broken:
            assert event.wait(60)
        return super()._clip(request)


def fleet(
    worker_server: WorkerServer,
    lanes: dict[int, list[Generator]],
    key: str | None = None,
    create_host: Callable[[int], ModelHost] | None = None,
) -> Fleet:
    """Return a fleet; each new host of lane N runs the next model of `lanes[N]`; the last model repeats."""

    def scripted_host(lane: int) -> ModelHost:
        own = lanes[lane]
        generator = own.pop(0) if len(own) > 1 else own[0]
        return InlineHost(lambda _: generator, device="cpu", dtype="auto")

    return Fleet(
        worker_server.server(key),
        create_host or scripted_host,
        ImageCache(worker_server.folder / "images"),
        WorkerOptions(GPU_BOX, {"motif": 1}, until_idle=True),
        lanes=len(lanes),
        stopping=worker_server.stopping,
        log=worker_server.messages.append,
        policy=POLICY,
    )


def health(worker_server: WorkerServer) -> dict[str, str]:
    """Return the state of each worker, as `/metrics` shows it."""
    lines = httpx2.get(f"{worker_server.address}/metrics").text.splitlines()
    found = [line for line in lines if line.startswith("ti2v_worker_state{") and line.endswith(" 1.0")]
    return {line.split('worker="')[1].split(" ")[0]: line.split('state="')[1].split('"')[0] for line in found}


def test_every_clip_is_made_once_by_the_lanes_that_work(worker_server: WorkerServer) -> None:
    asked, *_ = worker_server.ask(seeds=[0, 1, 2, 3, 4])
    broken = threading.Event(), threading.Event(), threading.Event()
    lanes: dict[int, list[Generator]] = {number: [Careful(*broken)] for number in range(1, LANES + 1)} | {
        NO_WEIGHTS: [Missing(broken[0])],
        SICK: [Sick(broken[1])],
        DEAD: [Dead(broken[2])],
    }

    assert fleet(worker_server, lanes).run() == 5 * PAIRS

    assert worker_server.counts() == {"done": 5 * PAIRS}
    clips = [(clip["pair_id"], clip["seed"]) for clip in worker_server.clips(asked["id"])]
    assert len(set(clips)) == len(clips) == 5 * PAIRS
    assert sum(len(each[0].made) for each in lanes.values() if isinstance(each[0], Careful)) == 5 * PAIRS
    assert all(job["failures"] == 0 for job in worker_server.jobs())
    assert health(worker_server)[f"gpu-box/{NO_WEIGHTS}"] == "retired"
    for number in (SICK, DEAD):
        assert any(line.startswith(f"Lane {number} is paused for") for line in worker_server.messages)


def test_a_lane_is_restarted_and_then_works(worker_server: WorkerServer) -> None:
    worker_server.ask()
    first = Dead(threading.Event())

    assert fleet(worker_server, {1: [first, Scripted()]}).run() == PAIRS

    assert any("paused for 0.01 s before restart 1 of 2" in line for line in worker_server.messages)
    assert worker_server.counts() == {"done": PAIRS}


def test_a_job_that_fails_on_a_lane_that_works_counts_as_failed(worker_server: WorkerServer) -> None:
    worker_server.ask()

    assert fleet(worker_server, {1: [Scripted(troubles={1: Crashed("NaN.")})]}).run() == PAIRS - 1

    [failed] = worker_server.jobs(status="queued")
    assert (failed["failures"], failed["failure"]["message"]) == (1, "NaN.")


def test_a_model_that_no_lane_can_generate_fails_its_jobs(worker_server: WorkerServer) -> None:
    worker_server.ask()

    with pytest.raises(NoLaneLeft, match=r"Every lane is retired \(1 lane\)\. Lane 1: One failure in a row"):
        fleet(worker_server, {1: [Sick(threading.Event())]}).run()

    # Three failures, and one after each of the two restarts.
    assert sum(job["failures"] for job in worker_server.jobs()) == 5
    assert set(health(worker_server).values()) == {"retired"}


def test_a_host_that_never_starts_does_not_delay_the_failures_of_others(worker_server: WorkerServer) -> None:
    worker_server.ask()

    class Waiting(InlineHost):
        def is_ready(self) -> bool:
            return worker_server.stopping.wait(0.05)

    sick = InlineHost(lambda _: Sick(threading.Event()), device="cpu", dtype="auto")
    waiting = Waiting(lambda _: Scripted(), device="cpu", dtype="auto")
    made = fleet(worker_server, {1: [], 2: []}, create_host=lambda lane: sick if lane == 1 else waiting)

    thread = threading.Thread(target=made.run)
    thread.start()
    deadline = time.monotonic() + 60
    while sum(job["failures"] for job in worker_server.jobs()) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    worker_server.stopping.set()
    thread.join()

    assert sum(job["failures"] for job in worker_server.jobs()) >= 3


def test_a_job_that_kills_two_hosts_counts_as_failed(worker_server: WorkerServer) -> None:
    worker_server.ask(pairs=[PAIR_IDS[0]])
    died = threading.Event()

    fleet(worker_server, {1: [Dead(died)]}).run()

    [job] = worker_server.jobs()
    assert (job["failures"], job["failure"]["kind"]) == (1, "crash")


def test_a_refused_key_stops_all_lanes(worker_server: WorkerServer) -> None:
    with pytest.raises(NotAllowed):
        fleet(worker_server, {1: [Scripted()], 2: [Scripted()]}, key="ti2v_wrong").run()
