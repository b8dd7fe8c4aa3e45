"""`ti2v worker`: makes the clips a server is asked for, on this machine's device or a Ray cluster's."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import strftime
from types import FrameType
from typing import TYPE_CHECKING

import click

from benchmark.plurals import counted
from models.generators.enums import DType

if TYPE_CHECKING:
    from benchmark.client.job_api import LeaseApi
    from benchmark.wire.jobs import WorkerInfo
    from models.worker.image_cache import ImageCache
    from models.worker.worker_loop import Work

    Run = Callable[[LeaseApi, ImageCache, Work, str, threading.Event], int]


@click.command("worker")
@click.option("--server", envvar="TI2V_SERVER", show_envvar=True, help="Its address: https://bench.example.")
@click.option("--key", envvar="TI2V_KEY", show_envvar=True, help="A worker's key on that server.")
@click.option("--models", help="Models to offer, with commas between; all that can run here if left out.")
@click.option(
    "--engine",
    type=click.Choice(["inline", "ray"]),
    default="inline",
    show_default=True,
    help="This process on one device, or actors of a Ray cluster.",
)
@click.option("--device", help="cpu, cuda or cuda:N; the GPU if there is one.")
@click.option(
    "--dtype",
    type=click.Choice([each.value for each in DType]),
    default=DType.AUTO.value,
    show_default=True,
    help="What networks compute in.",
)
@click.option("--batch", type=click.IntRange(1, 32), help="Clips made at once; each model's usual number.")
@click.option(
    "--name", help="What the server calls this worker; the machine, device and process if left out."
)
@click.option("--once", is_flag=True, help="End after the jobs of one claim.")
@click.option("--until-idle", is_flag=True, help="End when there is nothing to do.")
@click.option(
    "--images", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps input images."
)
@click.option("--actors", type=click.IntRange(min=1), help="Ray: how many models at once; one a GPU.")
@click.option("--ray-address", help="Ray: the cluster's address; one of its own on loopback if left out.")
def worker(
    server: str | None,
    key: str | None,
    models: str | None,
    engine: str,
    device: str | None,
    dtype: str,
    batch: int | None,
    name: str | None,
    once: bool,
    until_idle: bool,
    images: Path | None,
    actors: int | None,
    ray_address: str | None,
) -> None:
    """Ask the server for jobs, make their clips, hand them in, until stopped.

    The first Ctrl-C or SIGTERM finishes the clips in hand and gives back the rest; the second gives back all.
    """
    from benchmark.client.client import Client
    from benchmark.client.retry import Retry
    from models.worker.available_models import offered_batches
    from models.worker.image_cache import ImageCache, usual_folder
    from models.worker.worker_loop import Work

    stopping = threading.Event()
    client = Client(server, key, retry=Retry.unattended(stopping), on_retry=_say)
    # Programs that models start must not find it.
    os.environ.pop("TI2V_KEY", None)
    card = _worker_info(name, device)
    work = Work(card, offered_batches(models, batch), until_idle=until_idle, once=once)
    cache = ImageCache(images or usual_folder())
    _say(f"{card.name} offers {', '.join(work.batches)} to {client.address}.")
    run: Run = _run_here
    if engine == "ray":
        run = partial(_run_on_ray, actors=actors, address=ray_address)
    with _stopped_by_signals(stopping), client, _key_explained():
        made = run(client.leases, cache, work, dtype, stopping)
    _say(f"{counted(made, 'clip')} handed in.")


def _worker_info(name: str | None, device: str | None) -> "WorkerInfo":
    from benchmark.wire.jobs import WorkerInfo
    from benchmark.wire.validation import checked_request
    from models.generators.machine import default_device, gpus

    where = device or default_device()
    gpu = gpus()[0].name if where.startswith("cuda") and gpus() else None
    usual_name = f"{socket.gethostname()}-{where}-{os.getpid()}"[:80]
    return checked_request(WorkerInfo, name=name or usual_name, device=where, gpu=gpu)


def _run_here(
    server: "LeaseApi", cache: "ImageCache", work: "Work", dtype: str, stopping: threading.Event
) -> int:
    from models.generators.registry import create_generator
    from models.worker.model_host import InlineHost
    from models.worker.worker_loop import WorkerLoop

    host = InlineHost(create_generator, device=work.card.device, dtype=dtype)
    return WorkerLoop(server, host, cache, work, stopping=stopping, say=_say).run()


def _run_on_ray(
    server: "LeaseApi",
    cache: "ImageCache",
    work: "Work",
    dtype: str,
    stopping: threading.Event,
    *,
    actors: int | None,
    address: str | None,
) -> int:
    from models.worker.ray_engine import run_on_ray

    return run_on_ray(
        server, cache, work, dtype=dtype, actors=actors, address=address, stopping=stopping, say=_say
    )


@contextmanager
def _stopped_by_signals(stopping: threading.Event) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal calls it so
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()
        _say("Finishing what is in hand; once more to give it all back at once.")

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _key_explained() -> Iterator[None]:
    """Add the command that makes a worker's key where the key is refused."""
    from benchmark.client.errors import NotAllowed

    try:
        yield
    except NotAllowed as error:
        raise click.ClickException(
            f"{error} An admin creates a worker's key with: ti2v key create --role worker --name NAME"
        ) from error


def _say(sentence: str) -> None:
    print(f"{strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)
