"""Defines the generator protocol (load, generate, unload), its data types and its errors.

    GeneratorError          generation failed; `kind` is the job's failure kind, the message is a sentence
      OutOfMemory           out_of_memory   a smaller batch or a smaller model may work
      BadInput              bad_input       this request cannot work; do not retry it
      Crashed               crash           the network or program failed, or its output is not as declared
        CannotRun           crash           weights, a package or a sufficiently large GPU are missing
      TimedOut              timeout         the time limit of the adapter was exceeded

The modules `base` and `registry` do not import torch.
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
    """A clip could not be generated.

    Attributes:
        kind: the kind of failure, as reported to the server.
        log_tail: the last 8 KiB of the program's output, or an empty text if the model is not a program.
    """

    kind: ClassVar[FailureKind] = FailureKind.CRASH

    def __init__(self, message: str, *, log_tail: str = "") -> None:
        super().__init__(message)
        self.log_tail = log_tail


class OutOfMemory(GeneratorError):
    """The memory of the device or machine is too small for the batch."""

    kind = FailureKind.OUT_OF_MEMORY


class BadInput(GeneratorError):
    """The model can never process the request, so a retry is useless."""

    kind = FailureKind.BAD_INPUT


class Crashed(GeneratorError):
    """The network or program failed, or its output does not have the declared format."""

    kind = FailureKind.CRASH


class CannotRun(Crashed):
    """The model cannot run on this machine; the message says what is missing and what to do."""


class TimedOut(GeneratorError):
    """The program exceeded its time limit."""

    kind = FailureKind.TIMEOUT


@dataclass(frozen=True)
class NativeFormat:
    """Resolution, length and frame rate of a model's clips."""

    width: int
    height: int
    frames: int
    fps: Fraction

    def __str__(self) -> str:
        return f"{self.width}x{self.height}, {self.frames} frames at {format_rate(self.fps)}"


@dataclass(frozen=True)
class ClipRequest:
    """A request for one clip.

    Attributes:
        pair_id: id of the pair in the benchmark.
        image: the input image, of any size, in any format that Pillow reads.
        prompt: the text prompt of the pair.
        seed: seed of the random noise from which the clip is generated.
    """

    pair_id: str
    image: Path
    prompt: str
    seed: int = 0


@dataclass(frozen=True)
class Provenance:
    """The complete record of a clip's generation. The record is stored with the clip.

    Attributes:
        model: name of the model in the registry.
        seed: seed of the request.
        width: width of the clip in pixels.
        height: height of the clip in pixels.
        frames: number of frames of the clip.
        fps: frame rate as a fraction, such as `8` or `30000/1001`.
        device: name of the GPU, or `cpu`.
        dtype: floating-point type of the network.
        seconds: generation time. If several clips are generated in one batch, `seconds` is the batch's
            generation time divided by the number of clips.
        revision: commit of the weights on the hub, or commit of the checkout; an empty text if there is no
            commit.
        checkpoint_sha256: hash of the weight files (see `weights_digest`); an empty text if there are no
            weights.
        recipe_sha256: hash of the adapter's TOML file, or an empty text for built-in models.
        steps: number of sampling steps, if known.
        guidance: guidance scale, if known.
        batch: number of clips generated together.
        peak_memory_bytes: peak memory use of the GPU; for a model on the CPU, peak memory use of this
            process.
        settings: arguments of the model's call, except the arguments that have their own field in this
            record.
        libraries: versions of installed packages, by package name.
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
        """Return the record as the JSON object that manifests and clip uploads contain."""
        return asdict(self)


@dataclass(frozen=True)
class GeneratedClip:
    """A generated clip before encoding.

    Attributes:
        pair_id: id of the pair.
        seed: seed of the request.
        frames: (frames, height, width, 3) uint8 RGB.
        fps: frame rate declared by the model.
        provenance: record of how the clip was generated.
    """

    pair_id: str
    seed: int
    frames: Frames
    fps: Fraction
    provenance: Provenance


class Generator(Protocol):
    """An image-to-video model. A generator is not thread-safe: use one object per thread."""

    @property
    def name(self) -> str: ...

    def load(self, device: str, dtype: str) -> None:
        """Load the weights.

        Args:
            device: device of the network: `cpu`, `cuda` or `cuda:N`.
            dtype: floating-point type of the network, a value of `DType`.

        Raises:
            CannotRun: the weights or a package are missing, or no GPU has enough memory.
            OutOfMemory: the weights do not fit into memory.
        """

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield one clip per request, in order; models that support batches process the requests together.

        Clips yielded before an error are valid. On the same machine, the same request always gives the same
        clip.

        Raises:
            GeneratorError: a request failed; later requests are not tried.
        """

    def unload(self) -> None:
        """Free the memory. `unload` may be called repeatedly, and `load` may be called again afterwards."""


def format_rate(fps: Fraction) -> str:
    """Return a frame rate as text for pages and messages, such as `8 fps` or `7.5 fps`."""
    return f"{float(fps):g} fps"
