"""The data types and errors of the generator protocol."""

import base64
import json

import pytest

from benchmark.protocol import FailureKind
from models.generators.base import (
    BadInput,
    CannotRun,
    Crashed,
    GeneratorError,
    OutOfMemory,
    Provenance,
    TimedOut,
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OutOfMemory, FailureKind.OUT_OF_MEMORY),
        (BadInput, FailureKind.BAD_INPUT),
        (Crashed, FailureKind.CRASH),
        (CannotRun, FailureKind.CRASH),
        (TimedOut, FailureKind.TIMEOUT),
    ],
)
def test_every_error_has_a_failure_kind(error: type[GeneratorError], kind: FailureKind) -> None:
    raised = error("The sentence.", log_tail="the end")

    assert (raised.kind, str(raised), raised.log_tail) == (kind, "The sentence.", "the end")


def test_provenance_fits_into_a_header() -> None:
    provenance = Provenance(
        model="i2vgen-xl",
        seed=2**31,
        width=1280,
        height=704,
        frames=16,
        fps="15/2",
        device="NVIDIA H100 80GB HBM3",
        dtype="bfloat16",
        seconds=31.25,
        revision="a" * 40,
        checkpoint_sha256="b" * 64,
        recipe_sha256="c" * 64,
        settings={f"argument_{number}": "some value" for number in range(20)},
    )

    written = json.dumps(provenance.as_json()).encode()

    assert json.loads(written)["fps"] == "15/2"
    assert len(base64.b64encode(written)) <= 4096
