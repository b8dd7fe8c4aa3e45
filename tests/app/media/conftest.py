"""What the media tests share: one sandbox, and the real clips where they are there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.sandbox import Sandbox

REAL_MODELS = ("motif", "cinemo", "dynamicrafter", "cogvideox")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(children=2) as shared:
        yield shared


@pytest.fixture(params=REAL_MODELS)
def real_clip(request: pytest.FixtureRequest, test_data: Path) -> Path:
    """The first clip of each of the four models."""
    return min((test_data / "outputs" / request.param).glob("*.mp4"))
