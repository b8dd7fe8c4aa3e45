"""Where a model lives: in this process, or in an actor of a Ray cluster (models/worker/ray_engine.py)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from models.generators.base import ClipRequest, Crashed, GeneratedClip, Generator, OutOfMemory


class HostLost(Exception):
    """The place where the model lived is gone; another one is being made ready. No clip failed."""


class ModelHost(Protocol):
    """Holds at most one model."""

    @property
    def holding(self) -> str | None:
        """The model in memory."""

    def is_ready(self) -> bool:
        """Say whether there is a place to work; may take a second to find out. No job is claimed before."""

    def hold(self, model: str) -> None:
        """Bring a model into memory; another one leaves first, so that both need not fit.

        Raises:
            GeneratorError: it cannot be loaded.
            HostLost: the place is gone.
        """

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield clips of the model in memory, see `Generator.generate`.

        Raises:
            HostLost: the place is gone.
        """

    def close(self) -> None:
        """Let go of the model."""


class InlineHost:
    """Holds the model in this process, on one device.

    Attributes:
        loads: how many models were loaded so far.
    """

    def __init__(self, create_generator: Callable[[str], Generator], *, device: str, dtype: str) -> None:
        self._open = create_generator
        self._device, self._dtype = device, dtype
        self._generator: Generator | None = None
        self.loads = 0

    @property
    def holding(self) -> str | None:
        return self._generator.name if self._generator else None

    def is_ready(self) -> bool:
        return True

    def hold(self, model: str) -> None:
        """Bring a model into memory; see `ModelHost`."""
        if self.holding == model:
            return
        self.close()
        generator = self._open(model)
        generator.load(self._device, self._dtype)
        self._generator = generator
        self.loads += 1

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield clips; whatever breaks inside a model is its crash, not the worker's.

        Raises:
            GeneratorError: for the first request without a clip.
        """
        if self._generator is None:
            raise Crashed("No model is in memory.")
        yield from self._generator.generate(requests)

    def close(self) -> None:
        """Let go of the model."""
        if self._generator is not None:
            self._generator.unload()
            self._generator = None


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether memory ran out, ours or torch's, which need not be imported to be named."""
    return isinstance(error, OutOfMemory | MemoryError) or type(error).__name__ == "OutOfMemoryError"
