"""Runs a worker on a Ray cluster. Each actor holds one model, on one GPU of any node.

The driver runs one lane per actor (models/worker/fleet.py). A lane claims jobs, fetches images and uploads
clips. Actors generate and encode clips, so actors need neither the key nor access to the server. If an actor
or its node dies, the driver releases the actor's jobs and starts a new actor after a pause.
"""

import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

# Ray reads these variables when it is imported. Without the second variable, Ray (also on Linux) replaces
# 127.0.0.1 by the machine's address. A local cluster would then be open to the network, and a worker could
# not join a cluster on loopback.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")

import ray
from ray.exceptions import ObjectLostError, RayActorError, RayTaskError

from benchmark.client.job_api import LeaseApi
from benchmark.plurals import counted
from benchmark.wire.jobs import WorkerInfo
from models.generators.base import ClipRequest
from models.generators.encoding import EncodedClip, encode
from models.generators.isolation import hidden_files, hide_file
from models.generators.machine import gpus
from models.generators.registry import create_generator
from models.worker.errors import HostLost, RayUnavailable
from models.worker.fleet import Fleet
from models.worker.image_cache import ImageCache
from models.worker.model_host import InlineHost
from models.worker.worker_loop import WorkerOptions

_READY_TIMEOUT_S = 1.0
# The time limit for reaching the address, because Ray itself tries a wrong address for minutes.
_CONNECT_TIMEOUT_S = 10.0


class ModelActor:
    """Loads a model in a separate process, possibly on another node; images are sent as bytes."""

    def __init__(self, device: str, dtype: str, hidden: Sequence[Path]) -> None:
        for path in hidden:
            hide_file(path)
        self._host = InlineHost(create_generator, device=device, dtype=dtype)

    def describe(self) -> tuple[str, str | None]:
        """Return the names of the node and of the GPU. The call returns when the actor has started."""
        numbers = ray.get_gpu_ids()
        found = gpus()
        is_known = bool(numbers) and str(numbers[0]).isdigit() and int(numbers[0]) < len(found)
        number = f" GPU {numbers[0]}" if numbers else ""
        return f"{socket.gethostname()}{number}", found[int(numbers[0])].name if is_known else None

    def load(self, model: str) -> None:
        """Load a model; see `ModelHost`."""
        self._host.load(model)

    def generate(self, requests: Sequence[tuple[ClipRequest, bytes]]) -> Iterator[EncodedClip]:
        """Yield the encoded clips of the requests. Each request comes with the bytes of its image."""
        with tempfile.TemporaryDirectory() as folder:
            local = []
            for number, (request, content) in enumerate(requests):
                image = Path(folder) / f"{number}-{request.image.name}"
                image.write_bytes(content)
                local.append(replace(request, image=image))
            for clip in self._host.generate(local):
                yield encode(clip)


class RayHost:
    """A `ModelHost` that loads the model in an actor.

    Args:
        device: device of the actor; `cuda` reserves GPUs.
        dtype: floating-point type of the network, a value of `DType`.
        log: function that is called with a sentence for every event.
        gpus: number of GPUs that the Ray actor reserves.
    """

    def __init__(self, *, device: str, dtype: str, log: Callable[[str], None], gpus: int = 1) -> None:
        self._device, self._log = device, log
        self._gpus = gpus if device.startswith("cuda") else 0
        self._loaded_model: str | None = None
        self._logged_waiting = False
        self._place: tuple[str, str | None] | None = None
        actor_class = ray.remote(num_gpus=self._gpus, num_cpus=1)(ModelActor)
        self._actor = actor_class.remote(device, dtype, hidden_files())
        self._described: Any = self._actor.describe.remote()

    @property
    def loaded_model(self) -> str | None:
        """Name of the model in the actor's memory."""
        return self._loaded_model

    def is_ready(self) -> bool:
        """Return whether the cluster has started the actor; see `ModelHost`."""
        if self._place is not None:
            return True
        is_ready = bool(ray.wait([self._described], timeout=_READY_TIMEOUT_S)[0])
        if is_ready:
            self._place = self._get(self._described)
        elif not self._logged_waiting:
            self._logged_waiting = True
            needed = f"a CPU and {counted(self._gpus, 'GPU')}" if self._gpus else "a CPU"
            self._log(f"Waiting for an actor, which needs {needed} of a node.")
        return is_ready

    def describe(self, info: WorkerInfo) -> WorkerInfo:
        """Return the worker's description, with the actor's node and GPU; see `ModelHost`."""
        if self._place is None:
            return info
        node, gpu = self._place
        return info.model_copy(update={"device": f"{self._device} on {node}"[:80], "gpu": gpu})

    def load(self, model: str) -> None:
        """Load a model in the actor; see `ModelHost`."""
        if self._loaded_model != model:
            self._loaded_model = None
            self._get(self._actor.load.remote(model))
            self._loaded_model = model

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[EncodedClip]:
        """Yield clips as the actor generates them; see `ModelHost`."""
        with_images = [(request, request.image.read_bytes()) for request in requests]
        clips = self._actor.generate.options(num_returns="streaming").remote(with_images)
        while True:
            try:
                reference = next(clips)
            except StopIteration:
                return
            clip: EncodedClip = self._get(reference)
            yield clip

    def close(self) -> None:
        """Kill the actor, which frees the memory of its model."""
        ray.kill(self._actor)
        self._loaded_model = None

    def _get(self, reference: Any) -> Any:
        """Wait until the actor returns a result. Exceptions in the actor are raised again in this process."""
        try:
            return ray.get(reference)
        except RayTaskError as error:
            raise error.cause from error
        except (RayActorError, ObjectLostError) as error:  # ObjectLostError: a clip was on the lost node
            self._loaded_model = None
            raise HostLost("The actor or its node died; the jobs are released.") from error


def run_on_ray(
    server: LeaseApi,
    images: ImageCache,
    options: WorkerOptions,
    *,
    dtype: str,
    actors: int | None,
    gpus_per_actor: int,
    address: str | None,
    stopping: threading.Event,
    log: Callable[[str], None],
) -> int:
    """Run a fleet with one lane per actor; return the total number of uploaded clips.

    Args:
        server: the server's lease API.
        images: cache of input images.
        options: options of the worker.
        dtype: floating-point type of the network, a value of `DType`.
        actors: number of actors. The default is as many actors as the GPUs of the cluster allow.
        gpus_per_actor: number of GPUs of each actor.
        address: address of a running cluster; None starts a local cluster for the duration of the call.
        stopping: event that is set when the worker should stop.
        log: function that is called with a sentence for every event.

    Raises:
        NotAllowed: the server refuses the key.
        WorkerError: there is no cluster, or all lanes have stopped for good.
    """
    with ray_cluster(address):
        count = actors or int(ray.cluster_resources().get("GPU", 0)) // gpus_per_actor or 1
        log(f"{count} actors on {len(ray.nodes())} nodes.")
        fleet = Fleet(
            server,
            lambda _: RayHost(device=options.info.device, dtype=dtype, log=log, gpus=gpus_per_actor),
            images,
            options,
            lanes=count,
            stopping=stopping,
            log=log,
        )
        return fleet.run()


@contextmanager
def ray_cluster(address: str | None) -> Iterator[None]:
    """Join the cluster at an address.

    If there is no address, start a cluster that only this machine can reach.

    Must be called in the main thread, because Ray changes signal handlers.

    Raises:
        RayUnavailable: there is no cluster at the address, or no local cluster could be started.
    """
    # Without "local", Ray would look for an earlier cluster on this machine and wait for it.
    local = {"address": "local", "_node_ip_address": "127.0.0.1", "include_dashboard": False}
    if address:
        _check_connection(address)
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        context = ray.init(
            log_to_driver=False, configure_logging=False, **({"address": address} if address else local)
        )
    except Exception as error:  # Ray raises built-in exceptions if it cannot start
        raise RayUnavailable(f"Ray could not be {'joined' if address else 'started'}. {error}") from error
    with context:
        # Restore the worker's handler, because Ray's handler ends the process at once.
        signal.signal(signal.SIGTERM, on_sigterm)
        yield


def _check_connection(address: str) -> None:
    """Raise RayUnavailable if nothing listens at HOST:PORT; Ray itself checks other forms of addresses."""
    host, _, port = address.rpartition(":")
    if not host or "/" in address or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_TIMEOUT_S).close()
    except (OSError, OverflowError) as error:
        raise RayUnavailable(
            f"No Ray cluster answers at {address}: {error}. Check the address and that the cluster runs."
        ) from error
