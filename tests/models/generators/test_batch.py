"""Generation in batches: failures of single clips, and smaller batches when memory runs out."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from benchmark.protocol import FailureKind
from models.generators.base import (
    BadInput,
    CannotRun,
    ClipRequest,
    Crashed,
    GeneratedClip,
    GeneratorError,
    OutOfMemory,
    Provenance,
)
from models.generators.batch import generate_clips


class ScriptedGenerator:
    """A generator that fails for some pairs and runs out of memory above `room` clips."""

    name = "scripted"

    def __init__(self, failing: dict[str, GeneratorError], room: int = 100) -> None:
        self.failing = failing
        self.room = room
        self.batches: list[int] = []

    def load(self, device: str, dtype: str) -> None:
        """Do nothing."""

    def unload(self) -> None:
        """Do nothing."""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        self.batches.append(len(requests))
        if len(requests) > self.room:
            raise OutOfMemory("It does not fit.")
        for request in requests:
            if request.pair_id in self.failing:
                raise self.failing[request.pair_id]
            frames = np.zeros((2, 16, 16, 3), np.uint8)
            made = Provenance("scripted", request.seed, 16, 16, 2, "8", "cpu", "float32", 0.1)
            yield GeneratedClip(request.pair_id, request.seed, frames, Fraction(8), made)


def requests(names: str) -> list[ClipRequest]:
    return [ClipRequest(name, Path("image.png"), "It jumps.") for name in names]


def test_the_other_clips_of_a_batch_are_generated() -> None:
    kept = []
    scripted = ScriptedGenerator({"b": BadInput("The image is damaged.")})

    result = generate_clips(
        scripted, requests("abcd"), batch=4, on_clip=lambda clip, _: kept.append(clip.pair_id)
    )

    assert kept == ["a", "c", "d"]
    assert (result.generated, result.skipped) == (3, 0)
    assert [(each.request.pair_id, each.kind) for each in result.failures] == [("b", FailureKind.BAD_INPUT)]


def test_the_batch_is_halved_for_all_later_requests() -> None:
    scripted = ScriptedGenerator({}, room=2)

    result = generate_clips(scripted, requests("abcdef"), batch=5, on_clip=lambda *_: None)

    assert scripted.batches == [5, 2, 2, 2]
    assert (result.generated, result.failures) == (6, ())


def test_a_single_clip_that_does_not_fit_is_a_failure() -> None:
    result = generate_clips(ScriptedGenerator({}, room=0), requests("a"), batch=1, on_clip=lambda *_: None)

    assert [each.kind for each in result.failures] == [FailureKind.OUT_OF_MEMORY]


def test_after_three_consecutive_failures_the_rest_is_skipped() -> None:
    scripted = ScriptedGenerator({name: Crashed("It broke down.") for name in "bcdef"})

    result = generate_clips(scripted, requests("abcdefg"), batch=1, on_clip=lambda *_: None)

    assert (result.generated, len(result.failures), result.skipped) == (1, 3, 3)


def test_a_generator_that_cannot_run_raises_immediately() -> None:
    scripted = ScriptedGenerator({"a": CannotRun("The weights are missing.")})

    with pytest.raises(CannotRun, match="weights are missing"):
        generate_clips(scripted, requests("ab"), batch=1, on_clip=lambda *_: None)
