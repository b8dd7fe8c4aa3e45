"""What the media tests share: one sandbox, and the real clips where they are there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.sandbox import Sandbox

REAL_MODELS = ("motif", "cinemo", "dynamicrafter", "cogvideox")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(children=2) as shared:
        yield shared


@pytest.fixture(scope="session")
def real_benchmark() -> Path:
    folder = os.environ.get("TI2V_TEST_DATA")
    if not folder:
        pytest.skip("TI2V_TEST_DATA is not set: no real clips here")
    return Path(folder)


@pytest.fixture(params=REAL_MODELS)
def real_clip(request: pytest.FixtureRequest, real_benchmark: Path) -> Path:
    """The first clip of each of the four models."""
    return min((real_benchmark / "outputs" / request.param).glob("*.mp4"))
