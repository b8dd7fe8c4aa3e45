"""Detection of GPUs and their memory."""

from pathlib import Path

import pytest

from models.generators.machine import default_device, gpu_too_small, gpus


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake nvidia-smi, the only program on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    gpus.cache_clear()
    yield tmp_path / "nvidia-smi"
    gpus.cache_clear()


def say(driver: Path, *lines: str, code: int = 0) -> None:
    said = "\n".join(f"echo '{line}'" for line in lines)
    driver.write_text(f"#!/bin/sh\n{said}\nexit {code}\n")
    driver.chmod(0o755)


def test_a_sufficiently_large_gpu_has_no_problem(driver: Path) -> None:
    say(driver, "NVIDIA T4, 15360", "NVIDIA RTX 4090, 24564")

    assert gpu_too_small(24) is None
    assert default_device() == "cuda"


def test_a_gpu_that_is_too_small_is_named_with_its_memory(driver: Path) -> None:
    say(driver, "NVIDIA T4, 15360")

    assert gpu_too_small(24) == (
        "The model needs a GPU with 24 GiB of memory, but the largest one, NVIDIA T4, has 15.0 GiB."
    )


@pytest.mark.parametrize("broken", [True, False])
def test_a_missing_or_failing_driver_means_no_gpu(broken: bool, driver: Path) -> None:
    if broken:
        say(driver, "NVIDIA-SMI has failed because it couldnt communicate", code=9)

    assert gpu_too_small(24) == "The model needs a GPU with 24 GiB of memory, but no GPU was found."
    assert gpu_too_small(0) is None
    assert default_device() == "cpu"
