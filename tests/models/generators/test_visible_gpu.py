"""A foreign program sees the one GPU it is meant to use."""

import pytest

from models.generators.base import CannotRun
from models.generators.checkouts import visible_gpu


@pytest.mark.parametrize(
    ("ours", "device", "seen"),
    [
        (None, "cpu", ""),
        (None, "cuda", None),
        (None, "cuda:1", "1"),
        ("4,6", "cuda", "4,6"),
        ("4,6", "cuda:1", "6"),
    ],
)
def test_our_numbers_are_counted_within_what_we_see(
    ours: str | None, device: str, seen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if ours is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ours)

    assert visible_gpu(device).get("CUDA_VISIBLE_DEVICES") == seen


@pytest.mark.parametrize("device", ["gpu", "cuda:first", "cuda:2"])
def test_a_device_that_cannot_be_is_refused(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,6")

    with pytest.raises(CannotRun, match="There is no"):
        visible_gpu(device)
