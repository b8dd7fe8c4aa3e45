"""The real clips, where they are there."""

from pathlib import Path

import pytest

REAL_MODELS = ("motif", "cinemo", "dynamicrafter", "cogvideox")


@pytest.fixture(params=REAL_MODELS)
def real_clip(request: pytest.FixtureRequest, test_data: Path) -> Path:
    """The first clip of each of the four models."""
    return min((test_data / "outputs" / request.param).glob("*.mp4"))
