"""`ti2v worker`: generates and measures clips for a server, on this machine or on a Ray cluster."""

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
    from models.worker.worker_loop import WorkerOptions

    Run = Callable[[LeaseApi, ImageCache, WorkerOptions, str, threading.Event], int]


@click.command("worker")
@click.option(
    "--server", envvar="TI2V_SERVER", show_envvar=True, help="Server address, such as https://bench.example."
)
@click.option("--key", envvar="TI2V_KEY", show_envvar=True, help="API key with the role worker.")
@click.option(
    "--key-file",
    envvar="TI2V_KEY_FILE",
    show_envvar=True,
    metavar="FILE",
    help="File or descriptor (/dev/fd/N) with the key.",
)
@click.option(
    "--models", help="Comma-separated models to offer, or none (default: all that can run on this machine)."
)
@click.option(
    "--suites",
    help="Comma-separated suites of metrics to offer, or none (default: all whose networks are on this "
    "machine).",
)
@click.option(
    "--engine",
    type=click.Choice(["inline", "ray"]),
    default="inline",
    show_default=True,
    help="Where models run: in this process, or in actors of a Ray cluster.",
)
@click.option("--device", help="cpu, cuda or cuda:N (default: cuda if there is a GPU).")
@click.option(
    "--dtype",
    type=click.Choice([each.value for each in DType]),
    default=DType.AUTO.value,
    show_default=True,
    help="Floating-point type of networks.",
)
@click.option("--batch", type=click.IntRange(1, 32), help="Batch size (default: per model).")
@click.option("--name", help="Name of this worker on the server (default: machine, device and process id).")
@click.option("--once", is_flag=True, help="Claim jobs once, generate or measure their clips and exit.")
@click.option("--until-idle", is_flag=True, help="Exit when the server has no jobs.")
@click.option(
    "--images",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the image cache (default: in the user's cache directory).",
)
@click.option("--actors", type=click.IntRange(min=1), help="Ray: number of actors (default: one per GPU).")
@click.option(
    "--gpus-per-actor",
    type=click.IntRange(min=1, max=16),
    default=1,
    show_default=True,
    help="Ray: number of GPUs of each actor.",
)
@click.option("--ray-address", help="Ray: address of a running cluster (default: start one on loopback).")
def worker(
    server: str | None,
    key: str | None,
    key_file: str | None,
    models: str | None,
    suites: str | None,
    engine: str,
    device: str | None,
    dtype: str,
    batch: int | None,
    name: str | None,
    once: bool,
    until_idle: bool,
    images: Path | None,
    actors: int | None,
    gpus_per_actor: int,
    ray_address: str | None,
) -> None:
    """Claim jobs from a server, generate or measure their clips, and upload the results.

    After the first Ctrl-C or SIGTERM, the worker finishes the current batch and releases the other jobs.
    After the second signal, the worker releases all jobs immediately.
    """
    from benchmark.client.client import Client
    from benchmark.client.retry import Retry
    from models.worker.image_cache import ImageCache, default_folder
    from models.worker.offers import select_offers
    from models.worker.worker_loop import WorkerOptions

    stopping = threading.Event()
    client = Client(server, _take_key(key, key_file), retry=Retry.unattended(stopping), on_retry=_log)
    info = _worker_info(name, device)
    offers = select_offers(models, batch, suites)
    options = WorkerOptions(info, offers.batch_sizes, until_idle=until_idle, once=once, suites=offers.suites)
    cache = ImageCache(images or default_folder())
    for sentence in offers.sentences(info.name, client.address):
        _log(sentence)
    _log_missing_isolation()
    run = _run_of(engine, actors=actors, gpus_per_actor=gpus_per_actor, address=ray_address)
    with _stop_on_signal(stopping), client, _explain_refused_key():
        uploaded = run(client.leases, cache, options, dtype, stopping)
    if options.batch_sizes:
        _log(f"Uploaded {counted(uploaded, 'clip')}.")


def _take_key(key: str | None, key_file: str | None) -> str | None:
    from models.worker.key_source import take_key

    try:
        return take_key(key, key_file)
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"The key file cannot be read: {error}. Check --key-file.") from error


def _log_missing_isolation() -> None:
    from models.generators.isolation import isolation_problem

    problem = isolation_problem()
    if problem is not None:
        _log(
            f"Programs of models get no namespaces of their own ({problem}): they can read every file that "
            "this user can read. See docs/worker.md."
        )


def _run_of(engine: str, *, actors: int | None, gpus_per_actor: int, address: str | None) -> "Run":
    """Return the function that runs the models.

    With the engine `inline`, models run in this process. The function then hides the memory of this process,
    which contains the key.
    """
    from models.worker.key_source import hide_memory

    if engine == "inline":
        hide_memory()
        return _run_inline
    return partial(_run_on_ray, actors=actors, gpus_per_actor=gpus_per_actor, address=address)


def _worker_info(name: str | None, device: str | None) -> "WorkerInfo":
    from benchmark.wire.jobs import WorkerInfo
    from benchmark.wire.validation import checked_request
    from models.generators.machine import default_device, gpus

    device = device or default_device()
    gpu = gpus()[0].name if device.startswith("cuda") and gpus() else None
    default_name = f"{socket.gethostname()}-{device}-{os.getpid()}"[:80]
    return checked_request(WorkerInfo, name=name or default_name, device=device, gpu=gpu)


def _run_inline(
    server: "LeaseApi", cache: "ImageCache", options: "WorkerOptions", dtype: str, stopping: threading.Event
) -> int:
    from models.generators.registry import create_generator
    from models.generators.settings import generator_settings
    from models.metrics.options import MetricRun
    from models.worker.model_host import InlineHost
    from models.worker.worker_loop import WorkerLoop

    device = options.info.device
    metric_run = MetricRun(home=generator_settings().home, device=device)
    host = InlineHost(create_generator, device=device, dtype=dtype, metric_run=metric_run)
    try:
        return WorkerLoop(server, host, cache, options, stopping=stopping, log=_log).run()
    finally:
        host.close()


def _run_on_ray(
    server: "LeaseApi",
    cache: "ImageCache",
    options: "WorkerOptions",
    dtype: str,
    stopping: threading.Event,
    *,
    actors: int | None,
    gpus_per_actor: int,
    address: str | None,
) -> int:
    from models.worker.ray_engine import run_on_ray

    return run_on_ray(
        server,
        cache,
        options,
        dtype=dtype,
        actors=actors,
        gpus_per_actor=gpus_per_actor,
        address=address,
        stopping=stopping,
        log=_log,
    )


@contextmanager
def _stop_on_signal(stopping: threading.Event) -> Iterator[None]:
    """Set the event on the first SIGTERM or Ctrl-C; raise KeyboardInterrupt on the second."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signature of handlers
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()
        _log("Finishing the current batch. Stop again to release all jobs immediately.")

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def _explain_refused_key() -> Iterator[None]:
    """If the server refuses the key, append the command that creates a worker key to the error message."""
    from benchmark.client.errors import NotAllowed

    try:
        yield
    except NotAllowed as error:
        raise click.ClickException(
            f"{error} An admin creates a worker's key with: ti2v key create --role worker --name NAME"
        ) from error


def _log(sentence: str) -> None:
    print(f"{strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)
