"""Defines model hosts, which run models and suites in this process or in a Ray actor (see `ray_engine`)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from benchmark.metrics.table import MetricTable
from benchmark.protocol import SuiteName
from benchmark.wire.jobs import WorkerInfo
from models.generators.base import ClipRequest, Crashed, GeneratedClip, Generator
from models.generators.encoding import EncodedClip
from models.metrics.clip_input import ClipInput
from models.metrics.options import MetricRun
from models.worker.suite_host import SuiteHost


class ModelHost(Protocol):
    """Holds at most one model, or the networks of one suite of metrics, in memory."""

    @property
    def loaded_model(self) -> str | None:
        """Name of the model in memory."""

    def is_ready(self) -> bool:
        """Return whether a model can be loaded; the check may take a second.

        The worker claims no job before this method returns True.

        Raises:
            HostLost: the process that runs the model died.
        """

    def describe(self, info: WorkerInfo) -> WorkerInfo:
        """Return the worker's description, with the model's device if the host knows the device."""

    def load(self, model: str) -> None:
        """Unload the previous model, then load this model, so that only one model needs memory.

        Raises:
            GeneratorError: the model cannot be loaded.
            HostLost: the process that runs the model died.
        """

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip | EncodedClip]:
        """Yield clips of the loaded model; see `Generator.generate`.

        A host in another process yields encoded clips.

        Raises:
            GeneratorError: a request failed; the clips of earlier requests are valid.
            HostLost: the process that runs the model died.
        """

    def measure(self, suite: SuiteName, clips: Sequence[ClipInput]) -> MetricTable:
        """Return the scores of clips in a suite of metrics.

        If the suite has networks, the model is unloaded first, because model and networks need memory of the
        same device. The networks stay loaded until `end_suite` or `load` is called, or until another suite
        runs.

        Raises:
            BackboneMissing: the suite needs weights that are not on the machine.
            HostLost: the process that runs the suite died.
        """

    def end_suite(self) -> None:
        """Unload the networks of the suite."""

    def close(self) -> None:
        """Unload the model and the networks of the suite."""


class InlineHost:
    """Loads the model or the networks of a suite in this process, on one device.

    Args:
        create_generator: function that takes a model's name and creates the model's generator.
        device: `cpu`, `cuda` or `cuda:N`.
        dtype: floating-point type of the network, a value of `DType`.
        metric_run: the folders and the device with which suites run; None for a host that measures no clips.

    Attributes:
        loads: number of models loaded so far.
    """

    def __init__(
        self,
        create_generator: Callable[[str], Generator],
        *,
        device: str,
        dtype: str,
        metric_run: MetricRun | None = None,
    ) -> None:
        self._create = create_generator
        self._suites = SuiteHost(metric_run) if metric_run else None
        self._device, self._dtype = device, dtype
        self._generator: Generator | None = None
        self.loads = 0

    @property
    def loaded_model(self) -> str | None:
        """Name of the model in memory."""
        return self._generator.name if self._generator else None

    def is_ready(self) -> bool:
        """Return True."""
        return True

    def describe(self, info: WorkerInfo) -> WorkerInfo:
        """Return the description unchanged; see `ModelHost`."""
        return info

    def load(self, model: str) -> None:
        """Load a model; see `ModelHost`."""
        if self.loaded_model == model:
            return
        self.close()
        generator = self._create(model)
        generator.load(self._device, self._dtype)
        self._generator = generator
        self.loads += 1

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield clips of the loaded model; see `ModelHost`."""
        if self._generator is None:
            raise Crashed("No model is loaded.")
        yield from self._generator.generate(requests)

    def measure(self, suite: SuiteName, clips: Sequence[ClipInput]) -> MetricTable:
        """Return the scores of clips; see `ModelHost`."""
        if self._suites is None:
            raise Crashed("This worker measures no clips.")
        if has_networks(suite):
            self._unload()
        return self._suites.measure(suite, clips)

    def end_suite(self) -> None:
        """Unload the networks of the suite; see `ModelHost`."""
        if self._suites is not None:
            self._suites.close()

    def close(self) -> None:
        """Unload the model and the networks of the suite."""
        self._unload()
        self.end_suite()

    def _unload(self) -> None:
        if self._generator is not None:
            self._generator.unload()
            self._generator = None


def has_networks(suite: SuiteName) -> bool:
    """Return whether a suite has networks, which need the memory of the device."""
    return suite is not SuiteName.MOTION
