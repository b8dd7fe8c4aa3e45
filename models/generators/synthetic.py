"""Generates clips without weights, by repeating the input image or rendering the scenes of bundled pairs."""

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from models.generators.base import BadInput, ClipRequest, Frames, GeneratedClip, NativeFormat, Provenance
from models.generators.images import fit_image, read_image
from models.generators.usage import library_versions

SYNTHETIC_FORMAT = NativeFormat(width=320, height=320, frames=16, fps=Fraction(8))


class StaticGenerator:
    """A static baseline that repeats the input image in every frame; works with every benchmark."""

    name = "static"

    def load(self, device: str, dtype: str) -> None:
        """Do nothing: there are no weights."""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield one clip per request; see `Generator`."""
        size = SYNTHETIC_FORMAT.width, SYNTHETIC_FORMAT.height
        for request in requests:
            started = time.perf_counter()
            frame = np.asarray(fit_image(read_image(request.image), *size))
            yield _clip(self.name, request, np.repeat(frame[None], SYNTHETIC_FORMAT.frames, axis=0), started)

    def unload(self) -> None:
        """Do nothing: there are no weights."""


class SceneGenerator:
    """A model without a network: renders scenes of bundled pairs; see `benchmark.scenes.synthetic`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def load(self, device: str, dtype: str) -> None:
        """Do nothing: there are no weights."""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield one clip per request; see `Generator`."""
        from benchmark.scenes.synthetic import draw_frames

        for request in requests:
            started = time.perf_counter()
            _check_bundled(request)
            frames = draw_frames(
                self.name, request.pair_id, frames=SYNTHETIC_FORMAT.frames, size=SYNTHETIC_FORMAT.width
            )
            yield _clip(self.name, request, frames, started)

    def unload(self) -> None:
        """Do nothing: there are no weights."""


def _check_bundled(request: ClipRequest) -> None:
    """Raise BadInput unless the pair and its image belong to the bundled benchmark.

    The check also compares images, because other benchmarks can have the same pair ids.
    """
    from benchmark.data import bundled_folder
    from benchmark.scenes.benchmarks import bundled_pairs

    pair = bundled_pairs().get(request.pair_id)
    if pair is None:
        raise BadInput(
            f"{request.pair_id} is not a pair of the bundled benchmark. This model renders only bundled "
            "pairs."
        )
    bundled, given = read_image(bundled_folder() / pair.image_path), read_image(request.image)
    if bundled.size != given.size or bundled.tobytes() != given.tobytes():
        raise BadInput(
            f"The image of {request.pair_id} is not the bundled image. This model renders only bundled pairs."
        )


def _clip(model: str, request: ClipRequest, frames: Frames, started: float) -> GeneratedClip:
    provenance = Provenance(
        model=model,
        seed=request.seed,
        width=SYNTHETIC_FORMAT.width,
        height=SYNTHETIC_FORMAT.height,
        frames=len(frames),
        fps=str(SYNTHETIC_FORMAT.fps),
        device="cpu",
        dtype="uint8",
        seconds=round(time.perf_counter() - started, 4),
        libraries=library_versions(("opencv-python-headless", "numpy", "pillow")),
    )
    return GeneratedClip(request.pair_id, request.seed, frames, SYNTHETIC_FORMAT.fps, provenance)
