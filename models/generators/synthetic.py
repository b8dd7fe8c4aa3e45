"""Models without weights: the image repeated, and what `benchmark.scenes` draws for the bundled pairs."""

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from models.generators.base import BadInput, ClipRequest, Frames, GeneratedClip, NativeForm, Provenance
from models.generators.images import fitted, read_image
from models.generators.usage import library_versions

FORM = NativeForm(width=320, height=320, frames=16, fps=Fraction(8))


class StaticGenerator:
    """Repeats the input image of any pair; the floor every moving model is compared with."""

    name = "static"

    def load(self, device: str, dtype: str) -> None:
        """Need nothing."""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        for request in requests:
            started = time.perf_counter()
            still = np.asarray(fitted(read_image(request.image), FORM.width, FORM.height))
            yield _clip(self.name, request, np.repeat(still[None], FORM.frames, axis=0), started)

    def unload(self) -> None:
        """Hold nothing."""


class DrawnGenerator:
    """One of the scene engine's models, see `benchmark.scenes.synthetic`; it draws bundled pairs only."""

    def __init__(self, name: str) -> None:
        self.name = name

    def load(self, device: str, dtype: str) -> None:
        """Need nothing."""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        from benchmark.scenes.synthetic import draw_frames

        for request in requests:
            started = time.perf_counter()
            _check_bundled(request)
            frames = draw_frames(self.name, request.pair_id, frames=FORM.frames, size=FORM.width)
            yield _clip(self.name, request, frames, started)

    def unload(self) -> None:
        """Hold nothing."""


def _check_bundled(request: ClipRequest) -> None:
    """Raise BadInput unless the pair is a bundled one, with its image: other drawings share the names."""
    from benchmark.data import bundled_folder
    from benchmark.scenes.benchmarks import bundled_pairs

    pair = bundled_pairs().get(request.pair_id)
    if pair is None:
        raise BadInput(f"{request.pair_id} is no pair of the bundled benchmark; only those can be drawn.")
    ours, theirs = read_image(bundled_folder() / pair.image_path), read_image(request.image)
    if ours.size != theirs.size or ours.tobytes() != theirs.tobytes():
        raise BadInput(
            f"The image of {request.pair_id} is not the bundled one; only bundled pairs can be drawn."
        )


def _clip(model: str, request: ClipRequest, frames: Frames, started: float) -> GeneratedClip:
    provenance = Provenance(
        model=model,
        seed=request.seed,
        width=FORM.width,
        height=FORM.height,
        frames=len(frames),
        fps=str(FORM.fps),
        device="cpu",
        dtype="uint8",
        seconds=round(time.perf_counter() - started, 4),
        libraries=library_versions(("opencv-python-headless", "numpy", "pillow")),
    )
    return GeneratedClip(request.pair_id, request.seed, frames, FORM.fps, provenance)
