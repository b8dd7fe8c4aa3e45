"""One clip's failure is not another's; too little memory means smaller batches."""

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
from models.generators.batch import make_clips


class Moody:
    """A generator that fails for some pairs and holds `room` clips at once."""

    name = "moody"

    def __init__(self, failing: dict[str, GeneratorError], room: int = 100) -> None:
        self.failing = failing
        self.room = room
        self.batches: list[int] = []

    def load(self, device: str, dtype: str) -> None:
        """Need nothing."""

    def unload(self) -> None:
        """Hold nothing."""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        self.batches.append(len(requests))
        if len(requests) > self.room:
            raise OutOfMemory("It does not fit.")
        for request in requests:
            if request.pair_id in self.failing:
                raise self.failing[request.pair_id]
            frames = np.zeros((2, 16, 16, 3), np.uint8)
            made = Provenance("moody", request.seed, 16, 16, 2, "8", "cpu", "float32", 0.1)
            yield GeneratedClip(request.pair_id, request.seed, frames, Fraction(8), made)


def requests(names: str) -> list[ClipRequest]:
    return [ClipRequest(name, Path("image.png"), "It jumps.") for name in names]


def test_the_clips_beside_a_failing_one_are_made() -> None:
    kept = []
    moody = Moody({"b": BadInput("The image is damaged.")})

    outcome = make_clips(moody, requests("abcd"), batch=4, keep=lambda clip, _: kept.append(clip.pair_id))

    assert kept == ["a", "c", "d"]
    assert (outcome.made, outcome.untried) == (3, 0)
    assert [(each.request.pair_id, each.kind) for each in outcome.failures] == [("b", FailureKind.BAD_INPUT)]


def test_a_batch_that_does_not_fit_is_halved_for_good() -> None:
    moody = Moody({}, room=2)

    outcome = make_clips(moody, requests("abcdef"), batch=5, keep=lambda *_: None)

    assert moody.batches == [5, 2, 2, 2]
    assert (outcome.made, outcome.failures) == (6, ())


def test_a_single_clip_that_does_not_fit_has_failed() -> None:
    outcome = make_clips(Moody({}, room=0), requests("a"), batch=1, keep=lambda *_: None)

    assert [each.kind for each in outcome.failures] == [FailureKind.OUT_OF_MEMORY]


def test_after_three_failures_in_a_row_the_rest_is_not_tried() -> None:
    moody = Moody({name: Crashed("It broke down.") for name in "bcdef"})

    outcome = make_clips(moody, requests("abcdefg"), batch=1, keep=lambda *_: None)

    assert (outcome.made, len(outcome.failures), outcome.untried) == (1, 3, 3)


def test_what_cannot_run_at_all_is_said_at_once() -> None:
    moody = Moody({"a": CannotRun("The weights are missing.")})

    with pytest.raises(CannotRun, match="weights are missing"):
        make_clips(moody, requests("ab"), batch=1, keep=lambda *_: None)
