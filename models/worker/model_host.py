"""Defines model hosts; a host loads models in this process or in a Ray actor (see `ray_engine`)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from benchmark.wire.jobs import WorkerInfo
from models.generators.base import ClipRequest, Crashed, GeneratedClip, Generator, OutOfMemory
from models.generators.encoding import EncodedClip


class ModelHost(Protocol):
    """Holds at most one model in memory."""

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

    def close(self) -> None:
        """Unload the model."""


class InlineHost:
    """Loads the model in this process, on one device.

    Args:
        create_generator: function that takes a model's name and creates the model's generator.
        device: `cpu`, `cuda` or `cuda:N`.
        dtype: floating-point type of the network, a value of `DType`.

    Attributes:
        loads: number of models loaded so far.
    """

    def __init__(self, create_generator: Callable[[str], Generator], *, device: str, dtype: str) -> None:
        self._create = create_generator
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

    def close(self) -> None:
        """Unload the model."""
        if self._generator is not None:
            self._generator.unload()
            self._generator = None


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error means that memory ran out.

    Torch's error is recognised by the name of its class, so that torch need not be imported.
    """
    return isinstance(error, OutOfMemory | MemoryError) or type(error).__name__ == "OutOfMemoryError"
