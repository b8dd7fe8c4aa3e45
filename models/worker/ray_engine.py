"""The same jobs on a Ray cluster: each line of work keeps its model in an actor with one GPU, on any node.

The driver claims, fetches images, encodes and hands in; actors only generate, so they need no key and no way
to the server. When an actor or its node dies another actor is started, and the jobs it had go back.
"""

import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

# Ray reads the second when it is imported, on Linux too. Without it Ray takes the machine's address when told
# 127.0.0.1: a cluster of one machine would be open to its network, and one on loopback never be reached.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")

import ray
from ray.exceptions import ObjectLostError, RayActorError, RayTaskError

from benchmark.client.job_api import LeaseApi
from models.generators.base import ClipRequest, GeneratedClip
from models.generators.registry import create_generator
from models.worker.errors import NoCluster
from models.worker.image_cache import ImageCache
from models.worker.model_host import HostLost, InlineHost
from models.worker.worker_loop import Work, WorkerLoop

_LOOK_S = 1.0
# Ray itself would go on asking a wrong address for minutes.
_ANSWER_S = 10.0


class ModelActor:
    """Runs in a process of its own, perhaps on another machine; images come as bytes."""

    def __init__(self, device: str, dtype: str) -> None:
        self._host = InlineHost(create_generator, device=device, dtype=dtype)

    def greet(self) -> None:
        """Answer, once there is a place for this actor."""

    def hold(self, model: str) -> None:
        self._host.hold(model)

    def generate(self, requests: Sequence[tuple[ClipRequest, bytes]]) -> Iterator[GeneratedClip]:
        with tempfile.TemporaryDirectory() as folder:
            local = []
            for number, (request, content) in enumerate(requests):
                image = Path(folder) / f"{number}-{request.image.name}"
                image.write_bytes(content)
                local.append(replace(request, image=image))
            yield from self._host.generate(local)


class RayHost:
    """A `ModelHost` whose model lives in an actor."""

    def __init__(self, *, device: str, dtype: str, say: Callable[[str], None]) -> None:
        self._device, self._dtype, self._say = device, dtype, say
        self._gpus = 1 if device.startswith("cuda") else 0
        self._holding: str | None = None
        self._said_waiting = False
        self._start()

    @property
    def holding(self) -> str | None:
        return self._holding

    def is_ready(self) -> bool:
        """Say whether the cluster has found a place for the actor."""
        is_ready = bool(ray.wait([self._greeting], timeout=_LOOK_S)[0])
        if not is_ready and not self._said_waiting:
            self._said_waiting = True
            self._say(
                f"Waiting for an actor: it needs {'a CPU and a GPU' if self._gpus else 'a CPU'} of a node."
            )
        return is_ready

    def hold(self, model: str) -> None:
        """Bring a model into the actor's memory; see `ModelHost`."""
        if self._holding != model:
            self._holding = None
            self._value(self._actor.hold.remote(model))
            self._holding = model

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield clips as the actor makes them; see `ModelHost`."""
        carried = [(request, request.image.read_bytes()) for request in requests]
        clips = self._actor.generate.options(num_returns="streaming").remote(carried)
        while True:
            try:
                reference = next(clips)
            except StopIteration:
                return
            clip: GeneratedClip = self._value(reference)
            yield clip

    def close(self) -> None:
        """End the actor, and the model with it."""
        ray.kill(self._actor)
        self._holding = None

    def _value(self, reference: Any) -> Any:
        """Wait for an answer of the actor, raising what was raised there."""
        try:
            return ray.get(reference)
        except RayTaskError as error:
            raise error.cause from error
        except (RayActorError, ObjectLostError) as error:  # the second: a clip that was still on the node
            self._holding = None
            self._start()
            raise HostLost("The actor or its node died; another one is started, its jobs go back.") from error

    def _start(self) -> None:
        make = ray.remote(num_gpus=self._gpus, num_cpus=1)(ModelActor)
        self._actor = make.remote(self._device, self._dtype)
        self._said_waiting = False
        self._greeting: Any = self._actor.greet.remote()


def run_on_ray(
    server: LeaseApi,
    images: ImageCache,
    work: Work,
    *,
    dtype: str,
    actors: int | None,
    address: str | None,
    stopping: threading.Event,
    say: Callable[[str], None],
) -> int:
    """Run as many lanes as asked for, one a GPU of the cluster if not; return how many clips were handed in.

    Args:
        address: of a cluster that runs; None starts one on this machine, for as long as this lasts.

    Raises:
        WorkerError: the first lane's trouble, after the others have finished.
    """
    with cluster(address):
        count = actors or int(ray.cluster_resources().get("GPU", 0)) or 1
        say(f"{count} actors on {len(ray.nodes())} nodes.")
        hosts = [RayHost(device=work.card.device, dtype=dtype, say=say) for _ in range(count)]

        def run_lane(number: int, host: RayHost) -> int:
            name = f"{work.card.name[:74]}/{number}"
            mine = replace(work, card=work.card.model_copy(update={"name": name}))
            try:
                return WorkerLoop(server, host, images, mine, stopping=stopping, say=say).run()
            except BaseException:
                stopping.set()
                raise

        return _run_lanes(run_lane, hosts)


def _run_lanes(run_lane: Callable[[int, RayHost], int], hosts: Sequence[RayHost]) -> int:
    with ThreadPoolExecutor(len(hosts)) as pool:
        worker_loops = [pool.submit(run_lane, number, host) for number, host in enumerate(hosts, start=1)]
        try:
            return sum(worker_loop.result() for worker_loop in worker_loops)
        except KeyboardInterrupt:
            # Lanes that wait for a clip then wait no longer, and give their jobs back.
            for host in hosts:
                host.close()
            raise


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Join a cluster that runs; without an address start one that only this machine can reach.

    Call it in the main thread, as Ray changes what a signal does.

    Raises:
        NoCluster: none answers there, or none could be started.
    """
    # Without "local" Ray would look for a cluster that once ran here, and wait for it.
    alone = {"address": "local", "_node_ip_address": "127.0.0.1", "include_dashboard": False}
    if address:
        _require_answer(address)
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        joined = ray.init(
            log_to_driver=False, configure_logging=False, **({"address": address} if address else alone)
        )
    except Exception as error:  # Ray raises plain exceptions where it cannot start
        raise NoCluster(f"Ray could not be {'joined' if address else 'started'}. {error}") from error
    with joined:
        # Ray has put its own in place, which ends the process at once.
        signal.signal(signal.SIGTERM, on_sigterm)
        yield


def _require_answer(address: str) -> None:
    """Raise NoCluster where nobody listens at HOST:PORT; other forms are left to Ray."""
    host, _, port = address.rpartition(":")
    if not host or "/" in address or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise NoCluster(f"No Ray cluster answers at {address}: {error}. Is the address right?") from error
