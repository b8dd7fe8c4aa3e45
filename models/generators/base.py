"""What every model that animates pairs offers: load, generate, unload, and one tree of errors.

    GeneratorError          generation fails; the message is a sentence, `kind` says how a job fails by it
      OutOfMemory           out_of_memory   fewer requests at once, or a smaller model, may work
      BadInput              bad_input       this request can never work; asking again is no use
      Crashed               crash           the network or the program broke down, or made something else
        CannotRun           crash           weights, a package or a large enough GPU are missing here
      TimedOut              timeout         it took longer than the adapter allows

Nothing here, nor in `registry`, imports torch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.protocol import FailureKind

Frames = NDArray[np.uint8]


class GeneratorError(Exception):
    """A clip cannot be made.

    Attributes:
        kind: what the service is told.
        log_tail: the last of what a program wrote, at most 8 KiB; empty where there is no program.
    """

    kind: ClassVar[FailureKind] = FailureKind.CRASH

    def __init__(self, message: str, *, log_tail: str = "") -> None:
        super().__init__(message)
        self.log_tail = log_tail


class OutOfMemory(GeneratorError):
    kind = FailureKind.OUT_OF_MEMORY


class BadInput(GeneratorError):
    kind = FailureKind.BAD_INPUT


class Crashed(GeneratorError):
    kind = FailureKind.CRASH


class CannotRun(Crashed):
    """Something is missing on this machine; the message says what and how to get it."""


class TimedOut(GeneratorError):
    kind = FailureKind.TIMEOUT


@dataclass(frozen=True)
class NativeForm:
    """What a model's clips look like: pixels, frames, frames a second."""

    width: int
    height: int
    frames: int
    fps: Fraction

    def __str__(self) -> str:
        return f"{self.width}x{self.height}, {self.frames} frames at {rate(self.fps)}"


@dataclass(frozen=True)
class ClipRequest:
    """One clip to be made: `image` is the pair's input image, of any size and format Pillow reads."""

    pair_id: str
    image: Path
    prompt: str
    seed: int = 0


@dataclass(frozen=True)
class Provenance:
    """How a clip was made, in full; it goes with the clip.

    Attributes:
        model: name in the registry.
        revision: commit of the weights on the hub, or of the checkout; empty where there is none.
        checkpoint_sha256: of the weight files, see `checkpoints.checkpoint_sha256`; empty without weights.
        recipe_sha256: of the adapter's TOML; empty for models built in.
        settings: everything else the call was given.
        seconds: making this clip; in a batch, the batch's time divided by its clips.
        peak_memory_bytes: largest use until then: of the GPU, or of this process on a CPU.
    """

    model: str
    seed: int
    width: int
    height: int
    frames: int
    fps: str
    device: str
    dtype: str
    seconds: float
    revision: str = ""
    checkpoint_sha256: str = ""
    recipe_sha256: str = ""
    steps: int | None = None
    guidance: float | None = None
    batch: int = 1
    peak_memory_bytes: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return what is written to manifests and sent with the clip."""
        return asdict(self)


@dataclass(frozen=True)
class GeneratedClip:
    """A clip as it left the model.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB.
        fps: what the model declares, never what a player guesses.
    """

    pair_id: str
    seed: int
    frames: Frames
    fps: Fraction
    provenance: Provenance


class Generator(Protocol):
    """A model that animates pairs. One object belongs to one thread."""

    @property
    def name(self) -> str: ...

    def load(self, device: str, dtype: str) -> None:
        """Make ready to generate.

        Args:
            device: `cpu`, `cuda` or `cuda:N`.
            dtype: a value of `DType`.

        Raises:
            CannotRun: something is missing here.
            OutOfMemory: the weights do not fit.
        """

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield a clip for each request, in their order; all go through a network at once where it can batch.

        What was yielded stands when an error follows. The same request gives the same clip on one machine.

        Raises:
            GeneratorError: for the first request without a clip; none after it is tried.
        """

    def unload(self) -> None:
        """Give memory back. `load` may follow; unloading twice is no error."""


def rate(fps: Fraction) -> str:
    """Write frames a second for people: `8 fps`, `7.5 fps`."""
    return f"{float(fps):g} fps"
