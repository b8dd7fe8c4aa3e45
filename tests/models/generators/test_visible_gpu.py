"""The GPU that is visible to an external program."""

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
def test_device_numbers_index_into_cuda_visible_devices(
    ours: str | None, device: str, seen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if ours is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ours)

    assert visible_gpu(device).get("CUDA_VISIBLE_DEVICES") == seen


@pytest.mark.parametrize("device", ["gpu", "cuda:first", "cuda:2"])
def test_an_unknown_device_is_refused(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,6")

    with pytest.raises(CannotRun, match="There is no"):
        visible_gpu(device)
