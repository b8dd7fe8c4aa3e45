"""A toy MotiF in the registry of `ti2v worker`, and generators with scripted failures."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from models.generators.base import (
    ClipRequest,
    GeneratedClip,
    GeneratorError,
    OutOfMemory,
    Provenance,
)
from tests.models.motif.tiny import toy_pipeline

TOY = "toy-motif"
_REVISION = "0123456789abcdef0123456789abcdef01234567"
_RECIPE = f"""
kind = "diffusers"
name = "{TOY}"
title = "MotiF at toy size with random weights."
licence = "Apache-2.0"
url = "https://arxiv.org/abs/2412.16153"
pipeline = "MotifImageToVideoPipeline"
batches = true
gpu_gib = 0
verified = "used in tests"

[native]
width = 32
height = 32
frames = 4
fps = 8

[call]
num_inference_steps = 2
guidance_scale = 2.0

[[weights]]
source = "tests/{TOY}"
revision = "{_REVISION}"
gb = 0.01
licence = "Apache-2.0"
"""


def toy_environment(folder: Path) -> dict[str, str]:
    """Write a toy MotiF checkpoint, and return the environment variables with which `ti2v` finds the toy."""
    snapshot = folder / "hub" / f"models--tests--{TOY}" / "snapshots" / _REVISION
    toy_pipeline(size=32, num_frames=4).save_pretrained(snapshot)
    adapters = folder / "adapters"
    adapters.mkdir()
    (adapters / f"{TOY}.toml").write_text(_RECIPE)
    return {"TI2V_ADAPTERS": str(adapters), "HF_HUB_CACHE": str(folder / "hub"), "OMP_NUM_THREADS": "1"}


class Scripted:
    """A generator of grey clips with scripted failures.

    Args:
        memory: maximum batch size.
        troubles: errors by clip index, counted from 0 over all calls.
    """

    def __init__(
        self,
        name: str = "motif",
        *,
        memory: int = 99,
        troubles: dict[int, Exception] | None = None,
        cannot_load: GeneratorError | None = None,
    ) -> None:
        self.name = name
        self._memory = memory
        self._troubles = troubles or {}
        self._cannot_load = cannot_load
        self.batches: list[int] = []
        self.made: list[str] = []
        self.is_loaded = False

    def load(self, device: str, dtype: str) -> None:  # noqa: ARG002 - signature of the protocol
        if self._cannot_load:
            raise self._cannot_load
        self.is_loaded = True

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        self.batches.append(len(requests))
        if len(requests) > self._memory:
            raise OutOfMemory("Tried to allocate 2 GiB.")
        for request in requests:
            trouble = self._troubles.pop(len(self.made), None)
            if trouble is not None:
                raise trouble
            yield self._clip(request)

    def unload(self) -> None:
        self.is_loaded = False

    def _clip(self, request: ClipRequest) -> GeneratedClip:
        shade = sum(request.pair_id.encode()) % 200
        self.made.append(request.pair_id)
        frames = np.stack([np.full((64, 64, 3), shade + step, np.uint8) for step in range(4)])
        provenance = Provenance(self.name, request.seed, 64, 64, 4, "8", "cpu", "uint8", 0.001)
        return GeneratedClip(request.pair_id, request.seed, frames, Fraction(8), provenance)
