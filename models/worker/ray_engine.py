"""Runs a worker on a Ray cluster. Each actor holds one model or one suite of metrics, on one GPU of any node.

The driver runs one lane per actor (models/worker/fleet.py). A lane (a worker loop for one actor) claims jobs,
fetches images and clips, and uploads clips and scores. If an actor or its node dies, the driver releases the
actor's jobs and starts a new actor after a pause.
"""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmark.client.job_api import LeaseApi
from models.ray_setup import ray
from models.worker.errors import RayUnavailable
from models.worker.fleet import Fleet
from models.worker.image_cache import ImageCache
from models.worker.ray_host import RayHost
from models.worker.worker_loop import WorkerOptions

# Time limit for a connection to the address. Ray itself would retry a wrong address for minutes.
_CONNECT_TIMEOUT_S = 10.0


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
        actors: number of actors; the default is the largest number that the GPUs of the cluster allow.
        gpus_per_actor: number of GPUs of each actor.
        address: address of a running cluster; if None, a local cluster is started for the duration of the
            call.
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
    # Without the address "local", Ray would search this machine for an earlier cluster and wait for that
    # cluster.
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
        # Restore the worker's signal handler, because Ray's handler ends the process immediately.
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
