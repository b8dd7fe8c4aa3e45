"""The same jobs on a Ray cluster: each line of work keeps its model in an actor with one GPU, on any node.

The driver claims, fetches images, encodes and hands in; actors only generate, so they need no key and no way
to the server. When an actor or its node dies another actor is started, and the jobs it had go back.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError, RayTaskError

from models.generators.base import ClipRequest, GeneratedClip
from models.generators.registry import open_generator
from models.worker.client import JobServer
from models.worker.hosts import HostLost, InlineHost
from models.worker.image_cache import ImageCache
from models.worker.lane import Lane, Work

_LOOK_S = 1.0


class ModelActor:
    """Runs in a process of its own, perhaps on another machine; images come as bytes."""

    def __init__(self, device: str, dtype: str) -> None:
        self._host = InlineHost(open_generator, device=device, dtype=dtype)

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

    def __init__(self, *, device: str, dtype: str) -> None:
        self._device, self._dtype = device, dtype
        self._holding: str | None = None
        self._start()

    @property
    def holding(self) -> str | None:
        return self._holding

    def is_ready(self) -> bool:
        """Say whether the cluster has found a place for the actor."""
        return bool(ray.wait([self._greeting], timeout=_LOOK_S)[0])

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
        except RayActorError as error:
            self._holding = None
            self._start()
            raise HostLost("The actor or its node died; another one is started, its jobs go back.") from error

    def _start(self) -> None:
        gpus = 1 if self._device.startswith("cuda") else 0
        make = ray.remote(num_gpus=gpus, num_cpus=1)(ModelActor)
        self._actor = make.remote(self._device, self._dtype)
        self._greeting = self._actor.greet.remote()


def run_on_ray(
    server: JobServer,
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
    # Without "local" Ray would look for a cluster that once ran here, and wait for it.
    start = {"address": address} if address else {"address": "local", "include_dashboard": False}
    with ray.init(log_to_driver=False, configure_logging=False, **start):
        count = actors or int(ray.cluster_resources().get("GPU", 0)) or 1
        say(f"{count} actors on {len(ray.nodes())} nodes.")

        def run_lane(number: int) -> int:
            host = RayHost(device=work.card.device, dtype=dtype)
            mine = replace(work, card=replace(work.card, name=f"{work.card.name[:74]}/{number}"))
            try:
                return Lane(server, host, images, mine, stopping=stopping, say=say).run()
            except BaseException:
                stopping.set()
                raise

        with ThreadPoolExecutor(count) as pool:
            return sum(pool.map(run_lane, range(1, count + 1)))
