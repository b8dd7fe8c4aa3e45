"""Runs models and suites of metrics in a Ray actor, on one GPU of any node.

Actors generate, encode and measure clips, so actors need neither the key nor access to the server.
"""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmark.metrics.table import MetricTable
from benchmark.plurals import counted
from benchmark.protocol import SuiteName
from benchmark.wire.jobs import WorkerInfo
from models.generators.base import ClipRequest
from models.generators.encoding import EncodedClip, encode
from models.generators.isolation import hidden_files, hide_file
from models.generators.machine import gpus
from models.generators.registry import create_generator
from models.generators.settings import generator_settings
from models.metrics.clip_input import ClipInput
from models.metrics.options import MetricRun
from models.ray_setup import ObjectLostError, RayActorError, RayTaskError, ray
from models.worker.errors import HostLost
from models.worker.model_host import InlineHost, has_networks

_READY_TIMEOUT_S = 1.0


class ModelActor:
    """Loads a model or a suite in a separate process, possibly on another node; files are sent as bytes."""

    def __init__(self, device: str, dtype: str, hidden: Sequence[Path]) -> None:
        for path in hidden:
            hide_file(path)
        # The actors of a node share the node's processors. A node has one actor per GPU; a node without GPUs
        # has one actor per processor.
        cpus = os.cpu_count() or 1
        workers = max(1, cpus // (len(gpus()) or cpus))
        run = MetricRun(home=generator_settings().home, device=device, workers=workers)
        self._host = InlineHost(create_generator, device=device, dtype=dtype, metric_run=run)

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

    def measure(self, suite: SuiteName, clips: Sequence[tuple[ClipInput, bytes, bytes]]) -> MetricTable:
        """Return the scores of clips. Each clip comes with the bytes of its file and of its image."""
        with tempfile.TemporaryDirectory() as folder:
            local = []
            for number, (clip, content, image_content) in enumerate(clips):
                path = Path(folder) / f"{number}.mp4"
                image = Path(folder) / f"{number}-{clip.image_path.name}"
                path.write_bytes(content)
                image.write_bytes(image_content)
                local.append(replace(clip, path=path, image_path=image))
            return self._host.measure(suite, local)

    def end_suite(self) -> None:
        """Unload the networks of the suite."""
        self._host.end_suite()


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
        self._measures = False
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

    def measure(self, suite: SuiteName, clips: Sequence[ClipInput]) -> MetricTable:
        """Return the scores that the actor computes; see `ModelHost`."""
        if has_networks(suite):
            self._loaded_model = None
        self._measures = True
        with_files = [(replace(clip), clip.path.read_bytes(), clip.image_path.read_bytes()) for clip in clips]
        table: MetricTable = self._get(self._actor.measure.remote(suite, with_files))
        return table

    def end_suite(self) -> None:
        """Unload the networks of the suite; see `ModelHost`."""
        if self._measures:
            self._measures = False
            self._get(self._actor.end_suite.remote())

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
